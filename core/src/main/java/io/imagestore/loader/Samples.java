package io.imagestore.loader;

import org.jspecify.annotations.Nullable;

/**
 * The samples that epochs are made of, as they were at one moment: the ids of a source in its
 * order, or a part of them.
 */
final class Samples implements LongSequence {

  /** How many samples of a part its fingerprint is made of; it names no more of them. */
  private static final long PROBES = 4096;

  private final IdRuns ids;
  private final @Nullable LongSequence part;
  private final long size;
  private final long fingerprint;

  private Samples(IdRuns ids, @Nullable LongSequence part, long size) {
    this.ids = ids;
    this.part = part;
    this.size = size;
    fingerprint = part == null ? ids.fingerprint() : fingerprintOf(part);
  }

  /** All ids, or those at the positions that a part names. */
  static Samples of(long[] ids, @Nullable LongSequence part) {
    return new Samples(
        new IdRuns.Builder().add(ids).build(), part, part == null ? ids.length : part.size());
  }

  @Override
  public long size() {
    return size;
  }

  /** The id of a sample. */
  @Override
  public long get(long index) {
    return part == null ? ids.get(index) : ids.get(position(part, index));
  }

  private long position(LongSequence part, long index) {
    long position = part.get(index);
    if (position < 0 || position >= ids.size()) {
      throw new IllegalArgumentException(
          "The subset names sample %d, but the source has %d; make it for as many"
              .formatted(position, ids.size()));
    }
    return position;
  }

  /** The first so many of these samples, as they were before the source grew. */
  Samples first(long count) {
    return part == null && count < size ? new Samples(ids.first(count), null, count) : this;
  }

  /** Tells other samples, or another order of them, from these. */
  long fingerprint() {
    return fingerprint;
  }

  /** A part has hardly any runs, so it is told by ids that lie evenly in it. */
  private long fingerprintOf(LongSequence part) {
    long told = CounterBits.subkey(0, size);
    long probes = Math.min(size, PROBES);
    for (long probe = 0; probe < probes; probe++) {
      long index = size <= PROBES ? probe : size / PROBES * probe;
      told = CounterBits.subkey(told, ids.get(position(part, index)));
    }
    return told;
  }
}
