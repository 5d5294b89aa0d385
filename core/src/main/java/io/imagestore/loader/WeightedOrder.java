package io.imagestore.loader;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Draws with replacement, by weight. */
final class WeightedOrder implements Order {

  /** As long as arrays get. */
  private static final int MOST_WEIGHTS = Integer.MAX_VALUE - 8;

  private final long seed;
  private final AliasTable table;
  private final long draws;
  private final String text;

  private WeightedOrder(long seed, double[] weights, long draws, String kind) {
    Arguments.notNegative(draws, "draws");
    this.seed = seed;
    this.draws = draws;
    table = new AliasTable(weights);
    text =
        String.format(
            Locale.ROOT, // a state keeps the text, which another locale must read alike
            "%s(seed=%d, samples=%d, draws=%d, weights=%016x)",
            kind,
            seed,
            weights.length,
            draws,
            digest(weights));
  }

  static WeightedOrder weighted(long seed, double[] weights, long draws) {
    return new WeightedOrder(seed, weights, draws, "weighted");
  }

  static WeightedOrder balanced(long seed, int[] labels) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int label : labels) {
      counts.merge(label, 1, Integer::sum);
    }
    double[] weights = new double[labels.length];
    for (int i = 0; i < labels.length; i++) {
      weights[i] = 1.0 / Objects.requireNonNull(counts.get(labels[i]));
    }
    return new WeightedOrder(seed, weights, labels.length, "balanced");
  }

  static WeightedOrder mixed(long seed, long[] sizes, double[] shares, long draws) {
    if (sizes.length != shares.length) {
      throw new IllegalArgumentException(
          "There are %d sizes, but %d shares".formatted(sizes.length, shares.length));
    }
    long samples = 0;
    for (long size : sizes) {
      Arguments.notNegative(size, "a size");
      samples = Math.min(Long.MAX_VALUE - size, samples) + size;
    }
    if (samples > MOST_WEIGHTS) {
      throw new IllegalArgumentException(
          "The sources have "
              + samples
              + " samples together, of which at most "
              + MOST_WEIGHTS
              + " can have weights");
    }
    double[] weights = new double[(int) samples];
    int end = 0;
    for (int source = 0; source < sizes.length; source++) {
      if (sizes[source] == 0 && shares[source] != 0) {
        throw new IllegalArgumentException(
            "Source " + source + " is empty, but has a share of " + shares[source]);
      }
      int begin = end;
      end += (int) sizes[source];
      Arrays.fill(weights, begin, end, shares[source] / sizes[source]);
    }
    return new WeightedOrder(seed, weights, draws, "mixed");
  }

  private static long digest(double[] weights) {
    long digest = 0;
    for (double weight : weights) {
      digest = CounterBits.subkey(digest, Double.doubleToLongBits(weight));
    }
    return digest;
  }

  @Override
  public LongSequence epoch(long epoch, long samples) {
    Arguments.notNegative(epoch, "epoch");
    if (samples != table.size()) {
      throw new IllegalArgumentException(
          "There are weights for %d samples, but the source, or the part of it that is read, has %d"
              .formatted(table.size(), samples));
    }
    return new Draws(CounterBits.key(seed, epoch, CounterBits.EVERY_SAMPLE), table, draws);
  }

  @Override
  public String toString() {
    return text;
  }

  private record Draws(long key, AliasTable table, long size) implements LongSequence {

    @Override
    public long get(long position) {
      return table.index(CounterBits.at(key, Objects.checkIndex(position, size)));
    }
  }
}
