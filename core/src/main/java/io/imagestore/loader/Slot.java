package io.imagestore.loader;

import io.imagestore.ImageStoreException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A place of the ring: a batch in the making, and what happened on the way. */
final class Slot {

  final TensorBatch batch;

  /** Why the image at each place can't be had; each is written by the worker that has the place. */
  final @Nullable ImageStoreException[] failures;

  private EpochPlan.Batch plan = new EpochPlan.Batch(0, 0, 0, 0);

  // What follows is guarded by the pipeline's lock.

  /** Which batch of the epoch it is. */
  private long number = -1;

  /** How many slices aren't done. */
  private int slicesLeft;

  /** What ended a slice, and with it the epoch. */
  @Nullable Throwable error;

  long readNanos;
  long decodeNanos;
  long transformNanos;

  Slot(TensorBatch batch, int batchSize) {
    this.batch = batch;
    failures = new @Nullable ImageStoreException[batchSize];
  }

  EpochPlan.Batch plan() {
    return plan;
  }

  void begin(long newNumber, EpochPlan.Batch newPlan, int slices) {
    number = newNumber;
    plan = newPlan;
    slicesLeft = slices;
    error = null;
    readNanos = 0;
    decodeNanos = 0;
    transformNanos = 0;
    Arrays.fill(failures, null);
    batch.begin(newPlan.size(), newPlan.padding());
  }

  /** Notes that a slice is done, or what ended it. */
  void sliceDone(Worker.Times times, @Nullable Throwable cause) {
    readNanos += times.read();
    decodeNanos += times.decode();
    transformNanos += times.transform();
    if (error == null) {
      error = cause;
    }
    slicesLeft--;
  }

  boolean isOf(long wanted) {
    return number == wanted;
  }

  boolean isReady(long wanted) {
    return isOf(wanted) && slicesLeft == 0;
  }

  void forget() {
    number = -1;
  }
}
