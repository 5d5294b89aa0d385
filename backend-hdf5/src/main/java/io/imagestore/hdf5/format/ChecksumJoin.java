package io.imagestore.hdf5.format;

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

  private final int shift;

  /**
   * For second pieces of one length.
   *
   * @param bytes the length
   */
  ChecksumJoin(long bytes) {
    int power = ONE;
    int square = BYTE;
    for (long n = bytes; n > 0; n >>= 1) {
      if ((n & 1) != 0) {
        power = multiply(power, square);
      }
      square = multiply(square, square);
    }
    this.shift = power;
  }

  int join(int first, int second) {
    return multiply(first, shift) ^ second;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int multiple = b;
    for (int rest = a; rest != 0; rest <<= 1) {
      if (rest < 0) {
        product ^= multiple;
      }
      multiple = (multiple >>> 1) ^ (POLYNOMIAL & -(multiple & 1));
    }
    return product;
  }
}
