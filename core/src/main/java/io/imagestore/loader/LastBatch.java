package io.imagestore.loader;

/** What becomes of the samples at the end of an epoch that don't fill a batch on each rank. */
public enum LastBatch {
  /** They are left out of this epoch. All batches are full, but for images that failed. */
  DROP,

  /**
   * They are shared out evenly as one more, shorter batch on each rank. Nothing is left out and
   * nothing repeated, but for this: where fewer samples are left than there are ranks, each of the
   * other ranks gets one sample of the epoch's beginning again, marked as padding.
   */
  SHORT,

  /**
   * As {@link #SHORT}, and filled up with samples of the epoch's beginning, marked as padding. All
   * batches are full, but for images that failed, and nothing is left out.
   */
  PAD
}
