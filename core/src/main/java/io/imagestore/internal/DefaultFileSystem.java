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
   * @param store where a store lies or shall lie
   * @throws UnsupportedStoreException if it isn't in the default file system
   */
  public static void require(Path store) {
    if (!store.getFileSystem().equals(FileSystems.getDefault())) {
      throw new UnsupportedStoreException(
          "store "
              + store
              + " is in the file system "
              + store.getFileSystem()
              + "; a store has to lie in a folder of this machine, so copy it there");
    }
  }
}
