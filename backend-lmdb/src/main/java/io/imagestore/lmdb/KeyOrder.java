package io.imagestore.lmdb;

import java.nio.ByteBuffer;

/** What a tree's keys are, and so how they follow one another. */
enum KeyOrder {
  /** Eight bytes that are compared as such: an unsigned big-endian number. */
  BYTES_OF_LONG,

  /** An unsigned number of the machine's, which is little-endian: so the free pages' tree. */
  LONG,

  /** Bytes of any length: names. */
  NAME;

  /** The key as a number, from its eight bytes as they are read. */
  long number(long littleEndian) {
    return this == LONG ? littleEndian : Long.reverseBytes(littleEndian);
  }

  /** Whether the second of two keys comes after the first. */
  boolean areAscending(ByteBuffer in, int first, int firstSize, int second, int secondSize) {
    if (this != NAME) {
      return Long.compareUnsigned(number(in.getLong(first)), number(in.getLong(second))) < 0;
    }
    for (int i = 0; i < Math.min(firstSize, secondSize); i++) {
      int difference =
          Byte.toUnsignedInt(in.get(second + i)) - Byte.toUnsignedInt(in.get(first + i));
      if (difference != 0) {
        return difference > 0;
      }
    }
    return firstSize < secondSize;
  }
}
