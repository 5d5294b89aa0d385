package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imagestore.cifar.SyntheticCifar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TimingsCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--backends=tape | unknown backend 'tape'",
        "--backends=disk,disk | --backends holds disk twice",
        "--cutoffs=0 | --cutoffs must be at least 1, but is 0",
        "--cutoffs=10,-5 | --cutoffs must be at least 1, but is -5",
        "--cutoffs=10,ten | 'ten'",
        "--cutoffs=10,20,10 | --cutoffs holds 10 twice",
        "--repeat=0 | --repeat must be at least 1, but is 0",
        "--threads=0 | --threads must be at least 1, but is 0",
        "--warm-up=-1 | --warm-up must be",
        "--data=no/such/folder | no file or folder --data no/such/folder",
        "--speed=9 | '--speed=9'"
      })
  void badInputIsOneLineThatNamesItAndExitCode2(String option, String message) {
    assertThat(run("timings", option, "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).startsWith("error: ").contains(message).hasLineCount(1);
  }

  @Test
  void aFolderThatCannotBeWrittenIsOneLineAndExitCode2() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    assertThat(run("timings", "--out=" + file.resolve("results"))).isEqualTo(2);
    assertThat(err.toString()).contains("--out " + file.resolve("results")).hasLineCount(1);
  }

  @Test
  void aFolderThatHoldsNoImagesIsOneLineAndExitCode2() {
    assertThat(run("timings", "--data=" + folder, "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("--data is not CIFAR-10").hasLineCount(1);
  }

  @Test
  void aDownloadIntoAFileIsOneLineAndExitCode2() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    assertThat(run("timings", "--download", "--data=" + file, "--out=" + folder)).isEqualTo(2);
    assertThat(err.toString()).contains("--data must be a folder").hasLineCount(1);
  }

  @Test
  void aFailedExperimentIsOneLineAndExitCode1() {
    int code =
        run("timings", "--backends=memory", "--cutoffs=10", "--warm-up=0", "--out=" + folder);
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).startsWith("failed: ").hasLineCount(1);
  }

  @Test
  void everyBackendIsMeasuredAndTheResultsAreWrittenDownAndNoStoreIsLeft() throws Exception {
    int code = run("timings", "--cutoffs=10,30", "--threads=2", "--warm-up=0", "--out=" + folder);
    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString()).contains("SYNTHETIC", "store-many", "report.html");
    assertThat(results())
        .allSatisfy(result -> assertThat(result.get("seconds").asDouble()).isPositive());
    assertThat(results().findValuesAsText("backend")).contains("disk", "lmdb", "hdf5");
    try (var left = Files.list(folder)) {
      assertThat(left).allMatch(Files::isRegularFile).isNotEmpty();
    }
  }

  @Test
  void syntheticFilesAreCalledSyntheticToo() throws Exception {
    Path data = folder.resolve("data");
    SyntheticCifar.ofSize(20, 5, 1).writeBinaryForm(data);
    run(
        "timings",
        "--backends=hdf5",
        "--cutoffs=10,50",
        "--repeat=1",
        "--warm-up=0",
        "--data=" + data,
        "--out=" + folder);
    assertThat(json().at("/environment/data/synthetic").booleanValue()).isTrue();
    assertThat(json().at("/environment/data/images").intValue()).isEqualTo(20);
  }

  @Test
  void anEndFromOutsideLeavesNoStoreBehind() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "timings",
                "--backends=disk",
                "--cutoffs=10000",
                "--warm-up=0",
                "--out=" + folder)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = process.errorReader()) {
      assertThat(lines.lines().anyMatch(line -> line.contains("store, read"))).isTrue();
      process.destroy();
      process.waitFor();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"timings", "quickstart"})
  void helpTellsTheExitCodes(String command) {
    assertThat(run(command, "--help")).isZero();
    assertThat(out.toString()).contains("Usage: imagestore-examples " + command);
  }

  @Test
  void withoutACommandTheUsageIsShownAndTheExitCodeIs2() {
    assertThat(run()).isEqualTo(2);
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("timings.json").toFile());
  }

  private JsonNode results() throws IOException {
    return json().get("results");
  }

  private int run(String... arguments) {
    CommandLine program = Main.commandLine();
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return program.execute(arguments);
  }
}
