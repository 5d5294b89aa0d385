package io.imagestore.disk;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads of a store's own, started when there is work and ended when there has been none for a
 * while. What runs on them is out of reach of a caller's interrupt; waiting for them isn't ended by
 * one either.
 */
final class Workers implements AutoCloseable {
  /** Work that may fail as files do. */
  @FunctionalInterface
  interface Task<T> {
    T run() throws IOException;
  }

  private static final int MAX_STRIDE = 8;
  private static final long STRIDE_BYTES = 1 << 15;
  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final int threads;
  private final ThreadPoolExecutor executor;

  Workers(String purpose, int threads) {
    this.threads = threads;
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread =
                  new Thread(work, "imagestore-disk-" + purpose + "-" + COUNTER.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  int threads() {
    return threads;
  }

  <T> CompletableFuture<T> submit(Task<T> task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return task.run();
          } catch (IOException e) {
            throw new CompletionException(e);
          }
        },
        executor);
  }

  /** The result, or the exception that the task ended with. */
  static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    }
  }

  static IOException rethrown(Throwable failure) {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof IOException io ? io : new IOException(failure);
  }

  /**
   * Runs a task for each index below {@code count}, on these threads and on the caller's.
   *
   * @param bytesEach how much a task deals with: of small ones, a thread takes several at a time
   */
  void forEach(int count, long bytesEach, ParallelLoop.Body body) throws IOException {
    int stride = (int) Math.max(1, Math.min(MAX_STRIDE, STRIDE_BYTES / bytesEach));
    new ParallelLoop(count, stride, body).run(executor, threads);
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
