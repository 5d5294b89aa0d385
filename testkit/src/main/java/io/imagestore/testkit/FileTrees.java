package io.imagestore.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Copies and removes a file, or a folder with all that is in it. */
final class FileTrees {

  private FileTrees() {}

  static void copy(Path from, Path to) throws IOException {
    for (Path path : under(from)) {
      Files.copy(path, to.resolve(from.relativize(path).toString()));
    }
  }

  static void delete(Path root) throws IOException {
    for (Path path : under(root).stream().sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(path);
    }
  }

  /** Each folder before what is in it. */
  private static List<Path> under(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.toList();
    }
  }
}
