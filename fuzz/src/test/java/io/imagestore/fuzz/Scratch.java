package io.imagestore.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for the files of one input after the other. */
final class Scratch {

  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder beneath the one for temporary files, which the test that starts the fuzzer removes.
   */
  static Scratch make() {
    try {
      return new Scratch(Files.createTempDirectory("input"));
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the inputs", e);
    }
  }

  Path folder() {
    return folder;
  }

  /** Puts a file there in place of one of the same name. */
  Path write(String name, byte[] content) {
    try {
      return Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException("the input can't be written", e);
    }
  }

  /** What lies there: reading may not have made or removed a file. */
  void requireOnly(String... names) {
    try (Stream<Path> files = Files.list(folder)) {
      String found = files.map(file -> file.getFileName().toString()).sorted().toList().toString();
      String expected = Stream.of(names).sorted().toList().toString();
      if (!found.equals(expected)) {
        throw new AssertionError("the files are " + found + " where they were " + expected);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
