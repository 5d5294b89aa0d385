package io.imagestore.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The interpreter that {@code IMAGESTORE_PYTHON} names, with the project's Python module on its
 * path.
 */
final class Python {

  private Python() {}

  /** Runs a program in a folder and gives what it printed. */
  static String run(Path folder, String program) {
    Map<String, String> environment =
        Map.of(
            "PYTHONPATH",
            Path.of("../python").toAbsolutePath().normalize().toString(),
            "PYTHONDONTWRITEBYTECODE",
            "1");
    return Command.run(
        folder, environment, List.of(System.getenv("IMAGESTORE_PYTHON"), "-c", program));
  }
}
