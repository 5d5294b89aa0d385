package io.imagestore.loader;

import java.util.Objects;

/**
 * Which positions of an epoch's order make up which batch of one rank.
 *
 * <p>The order is cut into steps of {@code worldSize * batchSize} positions, and each step into one
 * batch a rank. So all ranks together have, after any number of steps, seen a beginning of the
 * order, and how long it is says all there is to say: a run that resumes on any number of ranks
 * cuts what comes after it.
 *
 * <p>What doesn't fill a step at the end is shared out as {@link LastBatch} says. Each rank has the
 * same number of batches.
 */
final class EpochPlan {

  /**
   * One batch: so many samples from a position on, then so many of padding, which are those at the
   * positions from {@code paddingFrom} on, where 0 follows the last of the epoch.
   */
  record Batch(long from, int samples, long paddingFrom, int padding) {

    int size() {
      return samples + padding;
    }

    /** The position of the epoch at which the sample at a place in the batch comes. */
    long position(int place, long epochSize) {
      Objects.checkIndex(place, size());
      return place < samples ? from + place : (paddingFrom + place - samples) % epochSize;
    }
  }

  private final long size;
  private final long begin;
  private final Shard shard;
  private final int batchSize;
  private final LastBatch lastBatch;

  /** How many positions a step takes of all ranks. */
  private final long stepSize;

  private final long fullSteps;

  /**
   * @param size how many positions the epoch has
   * @param begin how many of them were seen before, by all ranks
   */
  EpochPlan(long size, long begin, Shard shard, int batchSize, LastBatch lastBatch) {
    Arguments.notNegative(size, "size");
    Arguments.positive(batchSize, "batchSize");
    if (begin < 0 || begin > size) {
      throw new IllegalArgumentException(
          "An epoch of " + size + " samples can't go on behind sample " + begin);
    }
    this.size = size;
    this.begin = begin;
    this.shard = shard;
    this.batchSize = batchSize;
    this.lastBatch = lastBatch;
    stepSize = (long) batchSize * shard.worldSize();
    fullSteps = (size - begin) / stepSize;
  }

  /** How many batches this rank gets, which is how many each rank gets. */
  long batches() {
    return hasRestStep() ? fullSteps + 1 : fullSteps;
  }

  Batch batch(long number) {
    Objects.checkIndex(number, batches());
    long stepBegin = begin + number * stepSize;
    return number < fullSteps
        ? new Batch(stepBegin + (long) shard.rank() * batchSize, batchSize, 0, 0)
        : restBatch(stepBegin);
  }

  /**
   * How many samples all ranks together have seen once each got so many batches. After the last
   * batch the epoch is through, even where samples were dropped: they aren't made up for elsewhere.
   */
  long seenAfter(long batches) {
    return batches == batches() ? size : begin + batches * stepSize;
  }

  private boolean hasRestStep() {
    return lastBatch != LastBatch.DROP && rest() > 0;
  }

  private long rest() {
    return (size - begin) % stepSize;
  }

  /** The first ranks get one sample more where the rest can't be shared out evenly. */
  private Batch restBatch(long stepBegin) {
    int share = (int) (rest() / shard.worldSize());
    int ranksWithOneMore = (int) (rest() % shard.worldSize());
    int samples = shard.rank() < ranksWithOneMore ? share + 1 : share;
    long from = stepBegin + (long) shard.rank() * share + Math.min(shard.rank(), ranksWithOneMore);
    int padding = (lastBatch == LastBatch.PAD ? batchSize : Math.max(samples, 1)) - samples;
    return new Batch(from, samples, (long) shard.rank() * batchSize % size, padding);
  }
}
