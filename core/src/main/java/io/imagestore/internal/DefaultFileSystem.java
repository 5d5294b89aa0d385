package io.imagestore.internal;

import io.imagestore.UnsupportedStoreException;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * The file system of the machine, whose files can be locked, mapped and given to other libraries.
 */
public final class DefaultFileSystem {

  private DefaultFileSystem() {}

  /**
   * Refuses a path of any other, as of one inside an archive.
   *
   * @param path where something lies or shall lie
   * @throws UnsupportedStoreException if it isn't in the default file system
   */
  public static void require(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new UnsupportedStoreException(
          path
              + " is in the file system "
              + path.getFileSystem()
              + "; it has to lie in a folder of this machine, so copy it there");
    }
  }
}
