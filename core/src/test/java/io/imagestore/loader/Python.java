package io.imagestore.loader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The interpreter that {@code IMAGESTORE_PYTHON} names, with the project's Python modules on its
 * path.
 */
final class Python {

  static final String VARIABLE = "IMAGESTORE_PYTHON";
  static final String REASON = "IMAGESTORE_PYTHON names no Python with numpy and Pillow";

  private Python() {}

  /** What a program prints; it has to end well. */
  static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(System.getenv(VARIABLE)));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONPATH", Path.of("../python").toAbsolutePath().toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(out);
    }
    return out;
  }
}
