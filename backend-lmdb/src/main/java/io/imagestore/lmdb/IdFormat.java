package io.imagestore.lmdb;

/**
 * How a tree writes ids as keys: in eight bytes, which are one big-endian number here. Either way
 * LMDB's order, that of the bytes, is that of the ids.
 */
enum IdFormat {
  /** The number itself, as this backend writes it. */
  NUMBER(Long.MAX_VALUE) {
    @Override
    long key(long id) {
      return id;
    }

    @Override
    long id(long key) {
      return key >= 0 ? key : NONE;
    }
  },

  /** Eight decimal digits in ASCII, {@code %08d} in Python. */
  DIGITS(99_999_999) {
    @Override
    long key(long id) {
      long key = 0;
      long rest = id;
      for (int bits = 0; bits < Long.SIZE; bits += Byte.SIZE, rest /= 10) {
        key |= ('0' + rest % 10) << bits;
      }
      return key;
    }

    @Override
    long id(long key) {
      long id = 0;
      for (int bits = Long.SIZE - Byte.SIZE; bits >= 0; bits -= Byte.SIZE) {
        long digit = (key >>> bits & 0xFF) - '0';
        if (digit < 0 || digit > 9) {
          return NONE;
        }
        id = id * 10 + digit;
      }
      return id;
    }
  };

  static final long NONE = -1;

  private final long highest;

  IdFormat(long highest) {
    this.highest = highest;
  }

  /** The highest id that can be written. */
  long highest() {
    return highest;
  }

  /** The key of an id that is no higher. */
  abstract long key(long id);

  /** The id that a key stands for, or {@link #NONE}. */
  abstract long id(long key);
}
