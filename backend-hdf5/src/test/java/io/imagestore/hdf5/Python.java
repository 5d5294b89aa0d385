package io.imagestore.hdf5;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs scripts with the interpreter that the environment names. */
final class Python {

  static final String VARIABLE = "IMAGESTORE_PYTHON";
  static final String REASON = "IMAGESTORE_PYTHON names no Python with h5py";

  private Python() {}

  /** Runs one of the scripts beside the tests. */
  static String script(Path folder, String name, Object... arguments) throws IOException {
    Path script = folder.resolve(name);
    if (!Files.exists(script)) {
      try (InputStream in = Python.class.getResourceAsStream(name)) {
        Files.copy(in, script);
      }
    }
    List<Object> command = new ArrayList<>(List.of(script));
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  /** Runs lines of Python. */
  static String lines(String... lines) throws IOException {
    return run(List.of("-c", String.join("\n", lines)));
  }

  /** Runs Python with some arguments. */
  static String run(List<?> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(System.getenv(VARIABLE)));
    arguments.forEach(argument -> command.add(argument.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(output);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for Python", e);
    }
    return output;
  }
}
