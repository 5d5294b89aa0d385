package io.imagestore.examples.progress;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows the task under way again and again, from a daemon thread. */
final class Ticker implements AutoCloseable {
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Ticker::daemon);
  private final Duration period;
  private final Consumer<Work> show;
  private @Nullable Work shown;
  private @Nullable ScheduledFuture<?> showing;

  Ticker(Duration period, Consumer<Work> show) {
    this.period = period;
    this.show = show;
  }

  synchronized Work watch(Work work) {
    forget();
    long nanos = period.toNanos();
    shown = work;
    showing = clock.scheduleAtFixedRate(() -> tick(work), nanos, nanos, TimeUnit.NANOSECONDS);
    return work;
  }

  /** After this returns no task is shown any more. */
  synchronized void forget() {
    shown = null;
    if (showing != null) {
      showing.cancel(false);
    }
  }

  private synchronized void tick(Work work) {
    if (work == shown) {
      show.accept(work);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private static Thread daemon(Runnable body) {
    Thread thread = new Thread(body, "progress");
    thread.setDaemon(true);
    return thread;
  }
}
