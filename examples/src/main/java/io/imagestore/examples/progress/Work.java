package io.imagestore.examples.progress;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/** How far one task is, and when it will be through if it goes on as it has. */
final class Work implements Progress.Task {
  private final String name;
  private final long total;
  private final BiConsumer<Work, String> atEnd;
  private final LongAdder done = new LongAdder();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final long start = System.nanoTime();

  Work(String name, long total, BiConsumer<Work, String> atEnd) {
    this.name = name;
    this.total = total;
    this.atEnd = atEnd;
  }

  String name() {
    return name;
  }

  double fraction() {
    return Math.min(1, (double) done.sum() / total);
  }

  int percent() {
    return (int) (100 * fraction());
  }

  String timeLeft() {
    return timeLeft((System.nanoTime() - start) / 1e9, fraction());
  }

  /** Nothing is foretold before a hundredth is done: it would be a guess. */
  static String timeLeft(double elapsedSeconds, double fraction) {
    if (fraction < 0.01) {
      return "time left unknown";
    }
    long seconds = (long) Math.ceil(elapsedSeconds * (1 - fraction) / fraction);
    return seconds < 60 ? seconds + " s left" : seconds / 60 + " min " + seconds % 60 + " s left";
  }

  @Override
  public void advance(long units) {
    done.add(units);
  }

  @Override
  public void done(String outcome) {
    if (ended.compareAndSet(false, true)) {
      atEnd.accept(this, outcome);
    }
  }

  @Override
  public void close() {
    done("");
  }
}
