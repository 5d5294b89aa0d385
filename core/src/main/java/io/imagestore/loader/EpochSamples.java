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
    return samples.get(order.get(position));
  }

  long key(long position) {
    return CounterBits.key(seed, epoch, position);
  }
}
