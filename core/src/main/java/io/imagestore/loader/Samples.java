package io.imagestore.loader;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageStoreException;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The samples that epochs are made of, as they were at one moment: the ids of a source in its
 * order, or a part of them.
 */
final class Samples implements LongSequence {

  /** How many samples of a part are looked at for its fingerprint, evenly over all of it. */
  private static final long PROBES = 4096;

  /** How many samples' labels are. */
  private static final long LABEL_PROBES = 64;

  private final IdRuns ids;
  private final @Nullable LongSequence part;
  private final LongToIntFunction labels;
  private final long size;
  private final long fingerprint;

  private Samples(IdRuns ids, @Nullable LongSequence part, LongToIntFunction labels, long size) {
    this.ids = ids;
    this.part = part;
    this.labels = labels;
    this.size = size;
    fingerprint = withLabels(part == null ? ids.fingerprint() : fingerprintOf(part));
  }

  /**
   * All ids, or those at the positions that a part names.
   *
   * @param labels gives an image's label, or throws an {@link ImageStoreException}
   */
  static Samples of(IdRuns ids, @Nullable LongSequence part, LongToIntFunction labels) {
    return new Samples(ids, part, labels, part == null ? ids.size() : part.size());
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
    return part == null && count < size ? new Samples(ids.first(count), null, labels, count) : this;
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
      told = CounterBits.subkey(told, ids.get(position(part, evenly(probe, probes))));
    }
    return told;
  }

  /** The ids of many sources are the same, such as 0 to n - 1, but hardly their labels. */
  private long withLabels(long told) {
    long probes = Math.min(size, LABEL_PROBES);
    for (long probe = 0; probe < probes; probe++) {
      told = CounterBits.subkey(told, label(get(evenly(probe, probes))));
    }
    return told;
  }

  private long label(long id) {
    try {
      return labels.applyAsInt(id);
    } catch (CorruptImageException | CorruptStoreException | ImageNotFoundException e) {
      return Long.MIN_VALUE; // which no label is; who reads the image will be told
    }
  }

  /** Where one of so many samples is that lie evenly in all. */
  private long evenly(long probe, long probes) {
    return size / probes * probe + size % probes * probe / probes;
  }
}
