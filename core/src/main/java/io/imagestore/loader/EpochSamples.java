package io.imagestore.loader;

/** Which sample comes at which position of one epoch, and what its augmentations are drawn from. */
record EpochSamples(long epoch, long seed, Samples samples, LongSequence order) {

  static EpochSamples of(long epoch, long seed, Samples samples, Order order) {
    return new EpochSamples(epoch, seed, samples, order.epoch(epoch, samples.size()));
  }

  long size() {
    return order.size();
  }

  long id(long position) {
    long index = order.get(position);
    if (index < 0 || index >= samples.size()) {
      throw new IllegalStateException(
          "The order gives index %d at position %d of epoch %d, but there are %d samples"
              .formatted(index, position, epoch, samples.size()));
    }
    return samples.get(index);
  }

  long key(long position) {
    return CounterBits.key(seed, epoch, position);
  }
}
