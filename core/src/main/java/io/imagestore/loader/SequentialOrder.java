package io.imagestore.loader;

import java.util.Objects;

/** Samples as they lie in the source. */
enum SequentialOrder implements Order {
  INSTANCE;

  @Override
  public LongSequence epoch(long epoch, long samples) {
    Arguments.notNegative(epoch, "epoch");
    Arguments.notNegative(samples, "samples");
    return new Identity(samples);
  }

  @Override
  public String toString() {
    return "sequential";
  }

  private record Identity(long size) implements LongSequence {

    @Override
    public long get(long position) {
      return Objects.checkIndex(position, size);
    }
  }
}
