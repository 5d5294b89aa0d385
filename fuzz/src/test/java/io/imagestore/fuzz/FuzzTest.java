package io.imagestore.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.code_intelligence.jazzer.Jazzer;
import io.imagestore.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each target in a JVM of its own: a finding is an exception that isn't typed, an error, an input
 * that takes more than two seconds or 64 MB, a file outside of the folder, or the JVM's end. {@code
 * -Dseconds=600} runs each for that long, where a build only reads what they start from and gives
 * one of them some thousand inputs. {@code -Dseed} with the number that is printed begins the same
 * way again.
 */
class FuzzTest {

  private static final int SHORT_RUN = 5000;
  private static final int SECONDS = Integer.getInteger("seconds", 0);
  private static final int SEED = Integer.getInteger("seed", (int) (System.nanoTime() >>> 1));
  private static final Path FINDINGS = Path.of("target", "findings").toAbsolutePath();

  @TempDir Path folder;

  static Stream<Class<?>> targets() {
    return Stream.of(
        PngTarget.class,
        JpegTarget.class,
        Hdf5Target.class,
        PickleTarget.class,
        TarGzTarget.class,
        LabelTableTarget.class,
        ImageTableTarget.class);
  }

  /** In a build just one, to see that the fuzzer runs; starting it takes its time. */
  static Stream<Class<?>> fuzzed() {
    return SECONDS > 0 ? targets() : Stream.of(PngTarget.class);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void seedsWholeAndCutAreAnsweredOrRefusedByATypedException(Class<?> target) throws IOException {
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    List<String> options = List.of("-Xmx64m", "-Djava.io.tmpdir=" + scratch);
    try (ChildJvm reader = ChildJvm.start(options, ReadSeeds.class, target.getName())) {
      assertThatCode(reader::succeed).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("fuzzed")
  void whateverIsReadIsAnsweredOrRefusedByATypedException(Class<?> target) throws IOException {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Files.createDirectories(FINDINGS);
    for (byte[] seed : Seeds.of(target)) {
      Files.write(corpus.resolve("seed-" + Arrays.hashCode(seed)), seed);
    }
    System.out.printf("%s with -Dseed=%d%n", target.getSimpleName(), SEED & Integer.MAX_VALUE);
    try (ChildJvm fuzzer =
        ChildJvm.start(
                List.of("-Xmx192m", "-Djava.io.tmpdir=" + scratch), // 64 MB and the fuzzer's own
                Jazzer.class,
                "--target_class=" + target.getName(),
                "--instrumentation_includes=io.imagestore.**",
                "--reproducer_path=" + FINDINGS,
                "-artifact_prefix=" + FINDINGS + "/",
                "-seed=" + (SEED & Integer.MAX_VALUE),
                "-timeout=" + (SECONDS > 0 ? 2 : 20), // a build's machine may be busy
                "-rss_limit_mb=0",
                "-max_len=20000",
                "-print_final_stats=1",
                SECONDS > 0 ? "-max_total_time=" + SECONDS : "-runs=" + SHORT_RUN,
                corpus)
            .waitingLongerBy(Duration.ofSeconds(SECONDS))) {
      List<String> output = fuzzer.succeed();
      assertThat(output).anyMatch(line -> line.matches("stat::number_of_executed_units: *\\d{3,}"));
      output.stream()
          .filter(line -> line.startsWith("stat::number_of"))
          .forEach(System.out::println);
    }
  }
}
