package io.imagestore.disk;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A path of which nobody knows who wrote it: names with {@code /} between them, which lead from a
 * folder to a place in it.
 */
final class RelativePath {

  private static final int MAX_CHARS = 1024;
  private static final int MAX_NAME_BYTES = 255;

  private RelativePath() {}

  /**
   * The names of a path.
   *
   * @return empty if it is absolute, has {@code .}, {@code ..}, an empty name or one that this
   *     system takes for more than a name, or is longer than common file systems allow
   */
  static Optional<List<String>> names(String path) {
    List<String> names = List.of(path.split("/", -1));
    return path.length() <= MAX_CHARS && names.stream().allMatch(RelativePath::isName)
        ? Optional.of(names)
        : Optional.empty();
  }

  /** Whether it is the name of a file or folder, and nothing more. */
  static boolean isName(String name) {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
      return false;
    }
    try {
      Path path = Path.of(name);
      return !path.isAbsolute()
          && path.getNameCount() == 1
          && String.valueOf(path.getFileName()).equals(name);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  static Path below(Path folder, List<String> names) {
    Path path = folder;
    for (String name : names) {
      path = path.resolve(name);
    }
    return path;
  }
}
