package io.imagestore.hdf5.format;

import java.nio.ByteBuffer;

/** Little-endian numbers of odd widths. */
final class Bits {

  private Bits() {}

  /** What a buffer that was allocated on the heap stands on. */
  @SuppressWarnings("ByteBufferBackingArray") // never a slice
  static byte[] array(ByteBuffer allocated) {
    return allocated.array();
  }

  /** Reads an unsigned number of 1 to 8 bytes. */
  static long unsigned(ByteBuffer bytes, int offset, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | (bytes.get(offset + i) & 0xff);
    }
    return value;
  }

  /** Writes the lowest bytes of a number. */
  static void put(ByteBuffer bytes, int offset, int width, long value) {
    for (int i = 0; i < width; i++) {
      bytes.put(offset + i, (byte) (value >>> (8 * i)));
    }
  }

  /** The exponent of the highest power of two that isn't greater. */
  static int log2(long value) {
    return 63 - Long.numberOfLeadingZeros(value);
  }
}
