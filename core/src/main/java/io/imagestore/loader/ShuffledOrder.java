package io.imagestore.loader;

/** All samples, shuffled. */
record ShuffledOrder(long seed) implements Order {

  @Override
  public LongSequence epoch(long epoch, long samples) {
    return Permutation.of(seed, epoch, samples);
  }

  @Override
  public String toString() {
    return "shuffled(seed=" + seed + ")";
  }
}
