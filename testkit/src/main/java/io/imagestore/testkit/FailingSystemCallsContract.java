package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.VerifyReport;
import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to when the system's own calls fail, be they made by Java or by a native
 * library: a JVM writes to a store while {@code strace} answers some of its writes, syncs and
 * renames with an error. Each call is stored wholly or not at all and says which, what was
 * acknowledged is there when the store is opened again, and no JVM ends.
 *
 * <p>Needs Linux and {@code strace}. {@code -Dtrials=60} runs the long form, {@code -Dseed} one of
 * its runs again.
 */
@Timeout(3600)
@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON isn't set, so the tools beside Java need not be there")
public abstract class FailingSystemCallsContract {

  /** Such as a JVM makes for itself neither when it starts nor when it ends. */
  private static final List<String> CALLS =
      List.of("pwrite64,pwritev,writev", "fsync,fdatasync,msync", "ftruncate,rename,mkdir,unlink");

  private static final int TRIALS = Integer.getInteger("trials", CALLS.size());
  private static final long FIRST_SEED = Long.getLong("seed", 1);
  private static final int OPERATIONS = 60;

  @TempDir Path folder;

  /** For subclasses. */
  protected FailingSystemCallsContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  /**
   * Options for the JVM that writes, such as where native libraries lie that it would unpack
   * otherwise. By default none.
   *
   * @return options as on its command line
   * @throws IOException if what they name can't be made
   */
  protected List<String> jvmOptions() throws IOException {
    return List.of();
  }

  @Test
  void whenSystemCallsFailEachCallIsStoredWhollyOrNotAtAll() throws IOException {
    int failures = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + TRIALS; seed++) {
      try {
        failures += new Trial(seed).run();
      } catch (AssertionError e) {
        throw new AssertionError("with -Dtrials=1 -Dseed=" + seed, e);
      }
    }
    assertThat(failures).as("calls of the system that failed").isPositive();
  }

  /** One JVM that writes. */
  private final class Trial {
    private final long seed;
    private final Path store;
    private final Path log;

    Trial(long seed) {
      this.seed = seed;
      store = folder.resolve("store-" + seed);
      log = folder.resolve("log-" + seed);
    }

    /** Tells how many system calls failed. */
    int run() throws IOException {
      List<String> options = new ArrayList<>(jvmOptions());
      options.add("-XX:-UsePerfData"); // which would be a file, too
      List<String> lines;
      try (ChildJvm child =
          ChildJvm.startUnder(
              strace(),
              options,
              WriterWithFailures.class,
              provider().getClass().getName(),
              store,
              seed,
              OPERATIONS)) {
        lines = child.succeed();
      }
      requireAcknowledged(lines);
      return injected();
    }

    private List<String> strace() {
      SplittableRandom random = new SplittableRandom(seed);
      String calls = CALLS.get((int) (seed % CALLS.size()));
      String error = random.nextBoolean() ? "EIO" : "ENOSPC";
      String when = 1 + random.nextInt(30) + "+" + (2 + random.nextInt(30));
      return List.of(
          "strace",
          "-qq",
          "--follow-forks",
          "--seccomp-bpf",
          "--output=" + log,
          "--trace=" + calls,
          "--inject=" + calls + ":error=" + error + ":when=" + when);
    }

    private static List<SortedMap<Long, LabeledImage>> copies(
        List<SortedMap<Long, LabeledImage>> models) {
      return models.stream().<SortedMap<Long, LabeledImage>>map(TreeMap::new).toList();
    }

    private static void applyToEach(
        List<SortedMap<Long, LabeledImage>> models, RandomOperations operations, int operation) {
      models.forEach(model -> operations.apply(operation, model));
    }

    private int injected() throws IOException {
      try (Stream<String> lines = Files.lines(log)) {
        return (int) lines.filter(line -> line.endsWith("(INJECTED)")).count();
      }
    }

    private void requireAcknowledged(List<String> lines) {
      try (ImageStore opened = provider().open(store, StoreOptions.defaults())) {
        RandomOperations operations = WriterWithFailures.operations(seed, opened);
        List<SortedMap<Long, LabeledImage>> models = new ArrayList<>(List.of(new TreeMap<>()));
        int operation = 0;
        for (String line : lines) {
          if (line.startsWith("stored ")) {
            applyToEach(models, operations, operation++);
          } else if (line.startsWith("perhaps ")) { // which only opening again can tell
            List<SortedMap<Long, LabeledImage>> stored = copies(models);
            applyToEach(stored, operations, operation++);
            models.addAll(stored);
          } else if (line.startsWith("undone ")) {
            operation++;
          } else {
            assertThat(line)
                .as("all: %s", lines)
                .matches("opening .*|" + WriterWithFailures.GIVEN_UP);
          }
        }
        if (!lines.contains(WriterWithFailures.GIVEN_UP)) {
          assertThat(operation).isEqualTo(OPERATIONS);
        }
        try (Stream<LabeledImage> all = opened.stream()) {
          assertThat(all.toList())
              .as("%s", lines)
              .isIn(models.stream().map(model -> List.copyOf(model.values())).toList());
        }
        assertThat(opened.verify()).matches(VerifyReport::isClean, "clean");
        operations.apply(operation, opened);
      }
    }
  }
}
