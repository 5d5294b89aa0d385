package io.imagestore.examples.progress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(written, true, UTF_8);

  @Test
  void plainProgressIsALineForEachTaskWithoutControlCharacters() {
    try (Progress progress = new PlainProgress(out)) {
      progress.note("begin");
      Progress.Task task = progress.start("work", 10);
      task.advance(10);
      task.done("took 1 s");
    }
    assertThat(text()).isEqualTo(String.format("begin%nwork: took 1 s%n"));
  }

  @Test
  void onATerminalTheBarGivesWayToTheOutcome() {
    try (Progress progress = new TerminalProgress(out)) {
      progress.start("work", 10).done("took 1 s");
    }
    assertThat(text()).contains("work").endsWith("\u001b[2K" + String.format("work  took 1 s%n"));
  }

  @Test
  void aTaskThatIsOnlyClosedLeavesNoLine() {
    try (Progress progress = new PlainProgress(out)) {
      progress.start("work", 10).close();
    }
    assertThat(text()).isEmpty();
  }

  @Test
  void closingATaskThatIsDoneSaysNothingMore() {
    try (Progress progress = new PlainProgress(out);
        Progress.Task task = progress.start("work", 10)) {
      task.done("took 1 s");
    }
    assertThat(text()).isEqualTo(String.format("work: took 1 s%n"));
  }

  @Test
  void theTimeLeftFollowsFromWhatIsDone() {
    assertThat(Work.timeLeft(30, 0.25)).isEqualTo("1 min 30 s left");
  }

  @Test
  void nothingIsForetoldAtTheVeryBeginning() {
    assertThat(Work.timeLeft(30, 0.001)).isEqualTo("time left unknown");
  }

  private String text() {
    return written.toString(UTF_8);
  }
}
