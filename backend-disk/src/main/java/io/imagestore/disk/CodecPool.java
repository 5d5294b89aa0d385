package io.imagestore.disk;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lends codecs to the threads that need one. Beyond a few, those given back are thrown away, so
 * that a burst of threads leaves no memory behind.
 */
final class CodecPool implements AutoCloseable {
  private final long maxPixels;
  private final int keep;
  private final ConcurrentLinkedQueue<Codec> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger idleCount = new AtomicInteger();

  CodecPool(long maxPixels, int keep) {
    this.maxPixels = maxPixels;
    this.keep = keep;
  }

  Codec borrow() {
    Codec codec = idle.poll();
    if (codec == null) {
      return new Codec(maxPixels);
    }
    idleCount.decrementAndGet();
    return codec;
  }

  void giveBack(Codec codec) {
    if (idleCount.incrementAndGet() <= keep) {
      idle.add(codec);
    } else {
      idleCount.decrementAndGet();
      codec.close();
    }
  }

  /** Comes after the last codec has been given back. */
  @Override
  public void close() {
    idle.forEach(Codec::close);
    idle.clear();
  }
}
