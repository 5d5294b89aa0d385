package io.imagestore.loader;

/**
 * Draws an index by weight in constant time: the alias method (Walker 1977; built as by Vose, "A
 * Linear Algorithm for Generating Random Numbers with a Given Distribution", 1991).
 *
 * <p>Think of one column an index, all of one height, which is the mean weight. Each is filled from
 * below with its own weight, and above that with a part of the weight of one other index, its
 * alias. A draw picks a column and a height.
 */
final class AliasTable {

  private final int[] aliases;

  /** How high a column's own weight reaches, as a fraction of 2^64, unsigned. */
  private final long[] ownHeights;

  AliasTable(double[] weights) {
    int size = weights.length;
    double mean = sum(weights) / size;
    double[] filled = new double[size];
    int[] light = new int[size];
    int[] heavy = new int[size];
    int lightCount = 0;
    int heavyCount = 0;
    for (int i = 0; i < size; i++) {
      filled[i] = weights[i] / mean;
      if (filled[i] < 1) {
        light[lightCount++] = i;
      } else {
        heavy[heavyCount++] = i;
      }
    }
    aliases = new int[size];
    ownHeights = new long[size];
    while (lightCount > 0 && heavyCount > 0) {
      int lower = light[--lightCount];
      int upper = heavy[heavyCount - 1];
      ownHeights[lower] = fraction(filled[lower]);
      aliases[lower] = upper;
      filled[upper] -= 1 - filled[lower];
      if (filled[upper] < 1) {
        heavyCount--;
        light[lightCount++] = upper;
      }
    }
    // What is left is full but for rounding, which must not give weight to what has none.
    int heaviest = heaviest(weights);
    while (lightCount > 0) {
      int index = light[--lightCount];
      ownHeights[index] = fraction(filled[index]);
      aliases[index] = heaviest;
    }
    while (heavyCount > 0) {
      int index = heavy[--heavyCount];
      aliases[index] = index;
    }
  }

  private static int heaviest(double[] weights) {
    int heaviest = 0;
    for (int i = 1; i < weights.length; i++) {
      if (weights[i] > weights[heaviest]) {
        heaviest = i;
      }
    }
    return heaviest;
  }

  private static double sum(double[] weights) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0 && weights[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "weights must be at least 0 and finite, but weight " + i + " is " + weights[i]);
      }
      sum += weights[i];
    }
    if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "The sum of the weights must be more than 0 and finite, but that of "
              + weights.length
              + " weights is "
              + sum);
    }
    return sum;
  }

  /** A number from 0 (included) to 1 (excluded) times 2^64. */
  private static long fraction(double number) {
    return (long) (number * 0x1.0p63) << 1;
  }

  int size() {
    return aliases.length;
  }

  /** The index that 64 random bits draw: their upper part picks the column, the rest the height. */
  int index(long bits) {
    int column = (int) CounterBits.below(bits, aliases.length);
    long height = bits * aliases.length;
    return Long.compareUnsigned(height, ownHeights[column]) < 0 ? column : aliases[column];
  }
}
