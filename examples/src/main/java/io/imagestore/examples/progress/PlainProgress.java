package io.imagestore.examples.progress;

import java.io.PrintStream;
import java.time.Duration;

/** A line when a task ends, and now and then one while it lasts: fit for a log. */
final class PlainProgress implements Progress {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(15);

  private final PrintStream out;
  private final Ticker ticker;

  PlainProgress(PrintStream out) {
    this.out = out;
    this.ticker = new Ticker(BETWEEN_LINES, this::report);
  }

  @Override
  public void note(String line) {
    out.println(line);
  }

  @Override
  public Task start(String name, long total) {
    return ticker.watch(new Work(name, total, this::end));
  }

  @Override
  public void close() {
    ticker.close();
  }

  private void report(Work work) {
    out.println(work.name() + ": " + work.percent() + " %, " + work.timeLeft());
  }

  private void end(Work work, String outcome) {
    ticker.forget();
    if (!outcome.isEmpty()) {
      out.println(work.name() + ": " + outcome);
    }
  }
}
