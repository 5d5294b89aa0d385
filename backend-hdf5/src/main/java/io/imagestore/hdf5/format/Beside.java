package io.imagestore.hdf5.format;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/** The names of what lies beside a file. */
public final class Beside {

  /** Bytes of a name, in UTF-8, that the usual file systems take. */
  private static final int LONGEST = 255;

  private Beside() {}

  /**
   * The file's own name with an ending behind, or where that is longer than file systems take, the
   * UUID (version 3) of its name with the ending.
   *
   * @param file the file
   * @param ending such as {@code .journal}
   * @return a path in the same folder
   */
  public static Path named(Path file, String ending) {
    byte[] name = String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8);
    return file.resolveSibling(
        name.length + ending.length() > LONGEST
            ? UUID.nameUUIDFromBytes(name) + ending
            : file.getFileName() + ending);
  }
}
