package io.imagestore.loader;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The ids of a source in its order, kept as runs of consecutive ids: 16 bytes a run, so that a
 * billion images that were numbered in turn take no more than ten.
 */
final class IdRuns implements LongSequence {

  /** The id with which each run begins, and its position in the whole. */
  private final long[] firstIds;

  private final long[] firstPositions;
  private final long size;

  private IdRuns(long[] firstIds, long[] firstPositions, long size) {
    this.firstIds = firstIds;
    this.firstPositions = firstPositions;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long get(long position) {
    Objects.checkIndex(position, size);
    int found = Arrays.binarySearch(firstPositions, position);
    int run = found >= 0 ? found : -found - 2;
    return firstIds[run] + (position - firstPositions[run]);
  }

  int runs() {
    return firstIds.length;
  }

  /** The first so many of these ids. */
  IdRuns first(long count) {
    int found = Arrays.binarySearch(firstPositions, count);
    int runs = found >= 0 ? found : -found - 1;
    return new IdRuns(Arrays.copyOf(firstIds, runs), Arrays.copyOf(firstPositions, runs), count);
  }

  /** Another number for other ids, or the same in another order, but for a chance of 1 in 2^64. */
  long fingerprint() {
    long fingerprint = CounterBits.subkey(0, size);
    for (int run = 0; run < firstIds.length; run++) {
      fingerprint = CounterBits.subkey(fingerprint, firstIds[run]);
      fingerprint = CounterBits.subkey(fingerprint, firstPositions[run]);
    }
    return fingerprint;
  }

  /** Takes ids portion by portion. */
  static final class Builder implements Consumer<long[]> {

    private long[] firstIds = new long[16];
    private long[] firstPositions = new long[16];
    private int runs;
    private long size;
    private long lastId;

    @Override
    public void accept(long[] ids) {
      add(ids);
    }

    Builder add(long... ids) {
      for (long id : ids) {
        if (size == 0 || id != lastId + 1) {
          begin(id);
        }
        lastId = id;
        size++;
      }
      return this;
    }

    private void begin(long id) {
      if (runs == firstIds.length) {
        int capacity = runs + (runs >> 1);
        firstIds = Arrays.copyOf(firstIds, capacity);
        firstPositions = Arrays.copyOf(firstPositions, capacity);
      }
      firstIds[runs] = id;
      firstPositions[runs++] = size;
    }

    IdRuns build() {
      return new IdRuns(Arrays.copyOf(firstIds, runs), Arrays.copyOf(firstPositions, runs), size);
    }
  }
}
