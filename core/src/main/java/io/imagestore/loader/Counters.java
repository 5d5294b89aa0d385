package io.imagestore.loader;

import java.time.Duration;

/** Adds up what a loader does. */
final class Counters {

  private long batches;
  private long images;
  private long skipped;
  private long waited;
  private long read;
  private long decode;
  private long transform;

  synchronized void waited(long nanos, Slot slot) {
    waited += nanos;
    double all = Math.max(slot.readNanos + slot.decodeNanos + slot.transformNanos, 1);
    read += Math.round(nanos * (slot.readNanos / all));
    decode += Math.round(nanos * (slot.decodeNanos / all));
    transform += Math.round(nanos * (slot.transformNanos / all));
  }

  synchronized void handedOut(TensorBatch batch) {
    batches++;
    images += batch.samples();
  }

  synchronized void skipped(int count) {
    skipped += count;
  }

  synchronized LoaderStats toStats() {
    return new LoaderStats(
        batches,
        images,
        skipped,
        Duration.ofNanos(waited),
        Duration.ofNanos(read),
        Duration.ofNanos(decode),
        Duration.ofNanos(transform));
  }
}
