package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a database writes ids as keys. Either way LMDB's order, that of the bytes, is that of the
 * ids.
 */
enum IdFormat {
  /** Eight bytes, as this backend writes them. */
  BIG_ENDIAN(Long.MAX_VALUE) {
    @Override
    void write(long id, ByteBuffer key) {
      key.putLong(0, id); // a ByteBuffer is big-endian by default
    }

    @Override
    long read(Slice key) {
      long raw = NativeMemory.getLong(key.address);
      return NATIVE_IS_LITTLE_ENDIAN ? Long.reverseBytes(raw) : raw;
    }
  },

  /** Eight decimal digits in ASCII, {@code %08d} in Python. */
  DIGITS(99_999_999) {
    @Override
    void write(long id, ByteBuffer key) {
      long rest = id;
      for (int i = BYTES - 1; i >= 0; i--, rest /= 10) {
        key.put(i, (byte) ('0' + rest % 10));
      }
    }

    @Override
    long read(Slice key) {
      long id = 0;
      for (byte digit : NativeMemory.bytes(key)) {
        if (digit < '0' || digit > '9') {
          return NONE;
        }
        id = id * 10 + digit - '0';
      }
      return id;
    }
  };

  static final long NONE = -1;
  static final int BYTES = 8;

  private static final boolean NATIVE_IS_LITTLE_ENDIAN =
      ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private final long highest;

  IdFormat(long highest) {
    this.highest = highest;
  }

  /** The highest id that can be written. */
  long highest() {
    return highest;
  }

  abstract void write(long id, ByteBuffer key);

  /** Reads a key of the right length. */
  abstract long read(Slice key);

  /** The id that a key in the database stands for, or {@link #NONE}. */
  long idOf(Slice key) {
    return key.size == BYTES ? read(key) : NONE;
  }
}
