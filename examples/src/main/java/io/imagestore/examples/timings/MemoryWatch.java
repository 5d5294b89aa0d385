package io.imagestore.examples.timings;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Looks again and again how much memory is in use, and keeps the most it has seen. */
public final class MemoryWatch implements AutoCloseable {
  private static final int MILLIS_BETWEEN_LOOKS = 20;

  private final List<BufferPoolMXBean> buffers =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(MemoryWatch::daemon);
  private final ScheduledFuture<?> looking =
      clock.scheduleAtFixedRate(this::look, 0, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
  private long peakHeapBytes;
  private long peakDirectBytes;

  private MemoryWatch() {}

  /** Begins to look. */
  public static MemoryWatch begin() {
    return new MemoryWatch();
  }

  /** The most Java heap in use, garbage included. */
  public synchronized long peakHeapBytes() {
    return peakHeapBytes;
  }

  /** The most memory in direct buffers. */
  public synchronized long peakDirectBytes() {
    return peakDirectBytes;
  }

  @Override
  public void close() {
    looking.cancel(false);
    clock.shutdown();
  }

  private synchronized void look() {
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    long direct =
        buffers.stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    peakHeapBytes = Math.max(peakHeapBytes, heap);
    peakDirectBytes = Math.max(peakDirectBytes, direct);
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "memory-watch");
    thread.setDaemon(true);
    return thread;
  }
}
