package io.imagestore.loader;

/** Blocks of neighbors, shuffled, and mixed so many at a time. */
record BlockOrder(long seed, long blockSize, long blocksMixed) implements Order {

  BlockOrder {
    Arguments.positive(blockSize, "blockSize");
    Arguments.positive(blocksMixed, "blocksMixed");
    if (blocksMixed > Long.MAX_VALUE / blockSize) {
      throw new IllegalArgumentException(
          "blockSize times blocksMixed is more than a long holds: "
              + blockSize
              + " times "
              + blocksMixed);
    }
  }

  @Override
  public LongSequence epoch(long epoch, long samples) {
    Arguments.notNegative(epoch, "epoch");
    Arguments.notNegative(samples, "samples");
    return new BlockShuffle(
        CounterBits.key(seed, epoch, CounterBits.EVERY_SAMPLE),
        samples,
        blockSize,
        blockSize * blocksMixed);
  }

  @Override
  public String toString() {
    return "shuffledInBlocks(seed="
        + seed
        + ", blockSize="
        + blockSize
        + ", blocksMixed="
        + blocksMixed
        + ")";
  }
}
