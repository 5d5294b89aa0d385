package io.imagestore.spi;

import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder beside a path, named like it with {@code .part} behind, in which something new is made.
 * It moves to its path when it is whole; otherwise nothing of it stays. For one thread.
 */
public final class Staging implements AutoCloseable {

  private final Path target;
  private final Path folder;

  private Staging(Path target, Path folder) {
    this.target = target;
    this.folder = folder;
  }

  /**
   * Makes the folder, and those above it where they are missing.
   *
   * @param target where there is nothing
   * @return an empty folder beside it
   * @throws UnsupportedStoreException if there is something, or such a folder already, or it isn't
   *     in the default file system
   * @throws IOException if the file system fails
   */
  public static Staging beside(Path target) throws IOException {
    StoreFiles.requireDefaultFileSystem(target);
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw isThere(target);
    }
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.resolveSibling(absolute.getFileName() + ".part");
    if (absolute.getParent() != null) {
      Files.createDirectories(absolute.getParent());
    }
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      throw new UnsupportedStoreException(
          "there is something at "
              + folder
              + " already: another export is under way, or one was interrupted; delete it then",
          e);
    }
    return new Staging(absolute, folder);
  }

  private static UnsupportedStoreException isThere(Path target) {
    return new UnsupportedStoreException(
        "there is something at " + target + " already; choose another path, or delete it");
  }

  /**
   * Where to make it, be it a file or a folder.
   *
   * @return a path at which there is nothing at first
   */
  public Path path() {
    return folder.resolve(String.valueOf(target.getFileName()));
  }

  /**
   * Moves what was made to its path.
   *
   * @throws UnsupportedStoreException if there is something by now
   * @throws IOException if the file system fails
   */
  public void publish() throws IOException {
    try {
      Files.move(path(), target);
    } catch (FileAlreadyExistsException e) {
      throw isThere(target);
    }
  }

  /**
   * Deletes the folder with all that is in it still.
   *
   * @throws IOException if the file system fails
   */
  @Override
  public void close() throws IOException {
    List<Path> left;
    try (Stream<Path> entries = Files.walk(folder)) {
      left = entries.sorted(Comparator.reverseOrder()).toList(); // a folder after its files
    }
    for (Path each : left) {
      Files.delete(each);
    }
  }
}
