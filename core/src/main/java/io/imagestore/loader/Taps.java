package io.imagestore.loader;

/**
 * Which pixels of a line make up which pixel of a shorter or longer one, and with which weights: a
 * triangle filter that widens as the line shrinks (bilinear with antialias). Weights and rounding
 * are those of Pillow's {@code Resample.c}, so that results are the same to the bit.
 *
 * <p>Each result has the same number of taps, so that loops over them have a fixed length; those
 * that don't count weigh 0. Reused from image to image.
 */
final class Taps {

  /** Weights are fractions of 2^22: with 8 bits of a sample, and the sum's rounding, 31 bits. */
  static final int PRECISION_BITS = 32 - 8 - 2;

  /** What a sum of weighted samples begins with, to be rounded rather than cut. */
  static final int ROUNDING = 1 << (PRECISION_BITS - 1);

  private int taps;
  private int[] first = new int[0];
  private long[] weights = new long[0];
  private double[] line = new double[0];

  /** How many pixels weigh in on each result. */
  int count() {
    return taps;
  }

  /** The first pixel that weighs in on each result; the others follow it. */
  int[] first() {
    return first;
  }

  /** The weights of each result's pixels in turn, {@link #count} a result. */
  long[] weights() {
    return weights;
  }

  /**
   * Computes the taps of a part of the results.
   *
   * @param pixels how many pixels the line has
   * @param from where in the line the stretch begins that is resized, in pixels
   * @param to where it ends
   * @param size to how many pixels it is resized
   * @param begin the first of those that are wanted
   * @param count how many are wanted
   * @param mirrored whether the wanted ones come in reverse
   */
  void compute(
      int pixels, double from, double to, int size, int begin, int count, boolean mirrored) {
    double scale = (to - from) / size;
    double support = Math.max(scale, 1);
    taps = 0;
    for (int result = begin; result < begin + count; result++) {
      double center = from + (result + 0.5) * scale;
      taps = Math.max(taps, end(center, support, pixels) - begin(center, support));
    }
    reserve(count);
    for (int i = 0; i < count; i++) {
      int result = begin + (mirrored ? count - 1 - i : i);
      computeOne(i, pixels, from + (result + 0.5) * scale, support);
    }
  }

  private static int begin(double center, double support) {
    return Math.max((int) (center - support + 0.5), 0);
  }

  private static int end(double center, double support, int pixels) {
    return Math.min((int) (center + support + 0.5), pixels);
  }

  private void reserve(int count) {
    if (first.length < count) {
      first = new int[count];
    }
    if (weights.length < count * taps) {
      weights = new long[count * taps];
    }
    if (line.length < taps) {
      line = new double[taps];
    }
  }

  private void computeOne(int result, int pixels, double center, double support) {
    int begin = begin(center, support);
    int end = end(center, support, pixels);
    double inverse = 1 / support;
    double sum = 0;
    for (int pixel = begin; pixel < end; pixel++) {
      double weight = Math.max(1 - Math.abs((pixel - center + 0.5) * inverse), 0);
      line[pixel - begin] = weight;
      sum += weight;
    }
    first[result] = Math.min(begin, pixels - taps);
    int target = result * taps;
    for (int tap = 0; tap < taps; tap++) {
      int pixel = first[result] + tap;
      weights[target + tap] =
          pixel < begin || pixel >= end
              ? 0
              : (int) (0.5 + line[pixel - begin] / sum * (1 << PRECISION_BITS));
    }
  }
}
