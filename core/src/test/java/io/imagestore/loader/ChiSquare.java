package io.imagestore.loader;

import java.util.Arrays;

/** How far counts are from equal ones, in standard deviations of what chance would do. */
final class ChiSquare {

  private ChiSquare() {}

  /**
   * The chi-square statistic of counts that should be equal, turned into a standard normal deviate
   * (Wilson and Hilferty's cube root). Chance goes over 4 once in 30,000 tests.
   */
  static double deviations(long... counts) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    double[] expected = new double[counts.length];
    Arrays.fill(expected, (double) total / counts.length);
    return deviations(counts, expected);
  }

  /** The same for counts of which each has an expectation of its own. */
  static double deviations(long[] counts, double[] expected) {
    double chiSquare = 0;
    for (int i = 0; i < counts.length; i++) {
      double difference = counts[i] - expected[i];
      chiSquare += difference * difference / expected[i];
    }
    double freedom = counts.length - 1;
    double variance = 2 / (9 * freedom);
    return (Math.cbrt(chiSquare / freedom) - (1 - variance)) / Math.sqrt(variance);
  }
}
