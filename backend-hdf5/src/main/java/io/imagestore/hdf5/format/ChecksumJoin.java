package io.imagestore.hdf5.format;

import org.jspecify.annotations.Nullable;

/**
 * Makes the CRC-32C of two pieces together from those of each, without their bytes.
 *
 * <p>A CRC is a remainder modulo a polynomial over GF(2), so bytes that follow multiply it by a
 * power of x. See Mark Adler's {@code crc32_combine} in zlib; the polynomial is that of RFC 3720,
 * appendix B.4, the highest power in the lowest bit.
 */
final class ChecksumJoin {

  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int ONE = 1 << 31;
  private static final int BYTE = ONE >>> Byte.SIZE;

  private static final int VALUES = 1 << Byte.SIZE;

  private final long bytes;

  /**
   * Of each value that each byte of a checksum can have, from the lowest byte on, its product. Null
   * until there are two pieces to join, which a single row never has.
   */
  private int @Nullable [] products;

  /**
   * For many second pieces of one length.
   *
   * @param bytes the length
   */
  ChecksumJoin(long bytes) {
    this.bytes = bytes;
  }

  int join(int first, int second) {
    if (first == 0) {
      return second;
    }
    int[] table = products;
    if (table == null) {
      table = products(bytes);
      products = table;
    }
    return table[first & 0xff]
        ^ table[VALUES + (first >>> 8 & 0xff)]
        ^ table[2 * VALUES + (first >>> 16 & 0xff)]
        ^ table[3 * VALUES + (first >>> 24)]
        ^ second;
  }

  private static int[] products(long bytes) {
    int[] products = new int[Integer.BYTES * VALUES];
    int ofBit = shift(bytes);
    for (int bit = Integer.SIZE - 1; bit >= 0; bit--) {
      products[bit / Byte.SIZE * VALUES + (1 << bit % Byte.SIZE)] = ofBit;
      ofBit = timesX(ofBit);
    }
    for (int first = 0; first < products.length; first += VALUES) {
      for (int value = 1; value < VALUES; value++) {
        int lowest = value & -value;
        products[first + value] = products[first + value - lowest] ^ products[first + lowest];
      }
    }
    return products;
  }

  /**
   * Joins only two.
   *
   * @param bytes the second one's length
   */
  static int join(int first, int second, long bytes) {
    return first == 0 ? second : multiply(first, shift(bytes)) ^ second;
  }

  /** What bytes that follow multiply a checksum by. */
  private static int shift(long bytes) {
    int power = ONE;
    int square = BYTE;
    for (long n = bytes; n > 0; n >>= 1) {
      if ((n & 1) != 0) {
        power = multiply(power, square);
      }
      square = multiply(square, square);
    }
    return power;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int multiple = b;
    for (int rest = a; rest != 0; rest <<= 1) {
      if (rest < 0) {
        product ^= multiple;
      }
      multiple = timesX(multiple);
    }
    return product;
  }

  private static int timesX(int a) {
    return (a >>> 1) ^ (POLYNOMIAL & -(a & 1));
  }
}
