package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code -Dtrials=N} changes how many files are tried, {@code -Dseed=N} which. */
class MutatedPngsTest {

  private static final int TRIALS = Integer.getInteger("trials", 4_000);
  private static final long SEED = Long.getLong("seed", 7);

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void thousandsOfDamagedFilesAreReadOrRefusedWithinSixtyFourMegabytes() throws Exception {
    String output = outputOf(Long.toString(SEED), Integer.toString(TRIALS));

    assertThat(output).containsPattern("^\\d{2,} answers, \\d{3,} refusals\\s*$");
  }

  /** Of a JVM of its own, for its heap is small. */
  private static String outputOf(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=16m",
            MutatedPngs.class.getName(),
            arguments[0],
            arguments[1]);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectErrorStream(true).start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
