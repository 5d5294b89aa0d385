package io.imagestore.cifar;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs programs in the Python that the environment variable IMAGESTORE_PYTHON names. */
final class Python {

  private Python() {}

  /** What a program prints; it has to end well. */
  static String run(String program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getenv("IMAGESTORE_PYTHON"));
    command.add("-c");
    command.add(program);
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(out);
    }
    return out;
  }
}
