package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * That a store leaves nothing when it is closed, or couldn't be opened: no descriptor and no
 * mapping, where {@code /proc} tells, no thread and no file. A backend's test extends this class.
 *
 * <p>{@code -Dtrials=1000} runs the long form.
 */
@Timeout(7200)
public abstract class LeakContract {

  private static final int TRIALS = Integer.getInteger("trials", 30);

  @TempDir Path folder;

  /** For subclasses. */
  protected LeakContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  @Test
  void whatWasOpenedAndClosedOrRefusedLeavesNothing() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    try (ChildJvm child =
        ChildJvm.start(
                List.of("-Djava.io.tmpdir=" + temporary),
                ManyOpenings.class,
                provider().getClass().getName(),
                folder,
                TRIALS)
            .waitingLongerBy(Duration.ofSeconds(TRIALS))) {
      assertThat(child.succeed())
          .containsExactly(
              "opening what is no store left nothing",
              "opening and closing left nothing",
              "leaving streams open left nothing");
    }
  }
}
