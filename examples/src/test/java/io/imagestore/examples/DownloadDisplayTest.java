package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.examples.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DownloadDisplayTest {
  private final Recorder recorder = new Recorder();
  private final DownloadDisplay display = new DownloadDisplay("file", recorder);

  @Test
  void eachReportAddsWhatHasComeSinceTheLast() {
    display.at(10, 100);
    display.at(30, 100);
    display.at(100, 100);
    assertThat(recorder.events).containsExactly("start file 90", "advance 20", "advance 70");
  }

  @Test
  void aDownloadThatIsThereAlreadyShowsNothing() {
    display.close();
    assertThat(recorder.events).isEmpty();
  }

  @Test
  void anUnknownSizeLeavesTheEndOpen() {
    display.at(10, -1);
    assertThat(recorder.events).containsExactly("start file " + Long.MAX_VALUE);
  }

  /** Writes down what it is told. */
  private static final class Recorder implements Progress {
    private final List<String> events = new ArrayList<>();

    @Override
    public void note(String line) {
      events.add("note " + line);
    }

    @Override
    public Task start(String name, long total) {
      events.add("start " + name + " " + total);
      return new Task() {
        @Override
        public void advance(long units) {
          events.add("advance " + units);
        }

        @Override
        public void done(String outcome) {
          events.add("done " + outcome);
        }

        @Override
        public void close() {
          events.add("close");
        }
      };
    }

    @Override
    public void close() {}
  }
}
