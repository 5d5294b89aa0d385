package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dtrials=N} changes how many files are tried, {@code -Dseed=N} which. */
class MutatedForeignFilesTest {

  private static final int TRIALS = Integer.getInteger("trials", 500);
  private static final long SEED = Long.getLong("seed", 7);

  @Test
  void damagedFilesAreReadOrRefusedWithinSixtyFourMegabytes(@TempDir Path folder) {
    try (ChildJvm child =
        ChildJvm.start(List.of("-Xmx64m"), MutatedForeignFiles.class, folder, SEED, TRIALS)
            .waitingLongerBy(Duration.ofMillis(100L * TRIALS))) {
      assertThat(child.succeed())
          .last()
          .asString()
          .as("seed %d", SEED)
          .matches("\\d+ answers, \\d{2,} refusals");
    }
  }
}
