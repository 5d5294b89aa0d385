package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to when its files are damaged: never a wrong pixel, label, id or metadata, and
 * nothing missing without a word. A backend's test extends this class.
 *
 * <p>Files are damaged at random places in a JVM of their own, for damage must not end a process.
 * {@code -Dtrials=7000} runs the long form, and {@code -Dseed} with the number that is printed runs
 * one again.
 */
@Timeout(7200)
public abstract class DamageContract {

  private static final int TRIALS = Integer.getInteger("trials", 60);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  @TempDir Path folder;

  // Others than these only to test this contract itself.
  int trials = TRIALS;
  long seed = SEED;

  /** For subclasses. */
  protected DamageContract() {}

  /**
   * The backend under test.
   *
   * @return one with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  @Test
  void damageToAStoreOfImagesOfOneKindIsNamedAndNothingIsWrong() {
    run("one kind");
  }

  @Test
  void damageToAStoreOfImagesOfAllKindsIsNamedAndNothingIsWrong() {
    run("all kinds");
  }

  private void run(String kinds) {
    String campaign = trials + " trials over " + kinds + " with -Dseed=" + seed;
    System.out.println(campaign); // before it can fail
    try (ChildJvm child =
        ChildJvm.start(
                List.of("-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"),
                DamageCampaign.class,
                provider().getClass().getName(),
                folder.resolve("store"),
                kinds,
                trials,
                seed)
            .waitingLongerBy(Duration.ofSeconds(trials))) {
      List<String> lines = child.succeed(); // fails with all that was wrong

      System.out.println(String.join(", ", lines));
      assertThat(lines)
          .as("%s: a backend that refuses all shows nothing", campaign)
          .anyMatch(line -> line.startsWith("told by image: "))
          .anyMatch(line -> line.startsWith("written: "));
    }
  }
}
