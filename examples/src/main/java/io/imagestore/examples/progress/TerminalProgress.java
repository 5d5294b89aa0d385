package io.imagestore.examples.progress;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;

/** A bar that is drawn again in its own line, several times a second. */
final class TerminalProgress implements Progress {
  private static final Duration BETWEEN_FRAMES = Duration.ofMillis(150);
  private static final String ERASE_LINE = "\r\u001b[2K";
  private static final int BAR = 24;

  private final PrintStream out;
  private final Ticker ticker;
  private final String full;
  private final String empty;

  TerminalProgress(PrintStream out) {
    this.out = out;
    this.ticker = new Ticker(BETWEEN_FRAMES, this::draw);
    boolean blocks = encoding().newEncoder().canEncode('█');
    this.full = blocks ? "█" : "#";
    this.empty = blocks ? "░" : ".";
  }

  @Override
  public void note(String line) {
    out.print(ERASE_LINE);
    out.println(line);
  }

  @Override
  public Task start(String name, long total) {
    Work work = new Work(name, total, this::end);
    draw(work);
    return ticker.watch(work);
  }

  @Override
  public void close() {
    ticker.close();
  }

  private void draw(Work work) {
    int filled = (int) Math.round(work.fraction() * BAR);
    String bar = full.repeat(filled) + empty.repeat(BAR - filled);
    out.printf("%s%s %s %3d %%  %s", ERASE_LINE, work.name(), bar, work.percent(), work.timeLeft());
    out.flush();
  }

  private void end(Work work, String outcome) {
    ticker.forget();
    out.print(ERASE_LINE);
    if (!outcome.isEmpty()) {
      out.println(work.name() + "  " + outcome);
    }
    out.flush();
  }

  private static Charset encoding() {
    String name = System.getProperty("native.encoding", "US-ASCII");
    return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
  }
}
