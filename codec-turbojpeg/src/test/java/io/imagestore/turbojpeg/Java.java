package io.imagestore.turbojpeg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a JVM of its own, with the class path of this one. */
final class Java {

  private static final int TIMEOUT_SECONDS = 120;

  private Java() {}

  /** What it wrote, after it ended well in time. */
  static List<String> run(Path folder, List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(flags);
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean isEnded = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!isEnded) {
      process.destroyForcibly().waitFor();
    }
    List<String> lines = Files.readAllLines(output);
    assertThat(isEnded).as("ended in time, having written %s", lines).isTrue();
    assertThat(process.exitValue()).as("exit after %s", lines).isZero();
    return lines;
  }
}
