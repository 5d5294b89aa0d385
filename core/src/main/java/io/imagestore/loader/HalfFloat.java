package io.imagestore.loader;

/**
 * Makes numbers of 16 bits of those of 32, as IEEE 754 has them: to the nearest, to the even one of
 * two that are as near. Java has it from version 20 on.
 */
final class HalfFloat {

  private static final int INFINITY = 0x7c00;
  private static final int NOT_A_NUMBER = 0x7e00;

  /** What the exponents of the two formats differ by, in the place that it has in a float. */
  private static final int REBIAS = (127 - 15) << 23;

  private static final int LEAST_NORMAL = Float.floatToRawIntBits(0x1p-14f);

  /** The least that is rounded to more than the greatest number, 65,504. */
  private static final int LEAST_TOO_LARGE = Float.floatToRawIntBits(65_520f);

  private static final int DROPPED_BITS = 13;

  private HalfFloat() {}

  static short of(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    return (short) (sign | magnitude(bits & 0x7fffffff));
  }

  private static int magnitude(int bits) {
    if (bits >= LEAST_TOO_LARGE) {
      return Float.isNaN(Float.intBitsToFloat(bits)) ? NOT_A_NUMBER : INFINITY;
    }
    if (bits < LEAST_NORMAL) {
      // Multiples of the least number, up to the least normal one, which follows them.
      return (int) Math.rint(Float.intBitsToFloat(bits) * 0x1p24f);
    }
    int odd = (bits >>> DROPPED_BITS) & 1;
    int halfOfWhatIsDropped = (1 << (DROPPED_BITS - 1)) - 1;
    return (bits - REBIAS + halfOfWhatIsDropped + odd) >>> DROPPED_BITS;
  }
}
