package io.imagestore.spi;

import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * How a backend reaches files: all that changes them goes through here, so that a test can make any
 * of it fail, and can tell what would be left if the power failed.
 *
 * <p>What is written is seen by every reader at once, but is on the device only after a {@link
 * StoreFile#force} for a file's content, and a {@link #sync} of its folder for its name. Until then
 * the loss of power may undo it, in part and in any order.
 *
 * <p>The files lie at the paths they are given, in the default file system. So they may also be
 * looked at by other means, such as {@link Files} or a mapping, as long as these change nothing.
 *
 * <p>For implementers: safe in any thread, and an interrupt must not make a call fail.
 */
public interface StoreFiles {

  /** What a file is opened for. */
  enum Access {
    /** To be read; it must be there. */
    READ,

    /** To be read and written; it is made where it is missing. */
    WRITE,

    /** Like {@link #WRITE}, but emptied first. */
    REPLACE,

    /**
     * Like {@link #WRITE}, but each write waits until its bytes, and the length they take, are on
     * the device. That may be faster than a write and a {@link StoreFile#force}.
     */
    WRITE_THROUGH
  }

  /**
   * The files of this machine.
   *
   * @return always the same
   */
  static StoreFiles ofSystem() {
    return SystemFiles.INSTANCE;
  }

  /**
   * Refuses a path of any other file system than the default one, as of one inside an archive: what
   * lies there can't be locked, mapped or given to other libraries.
   *
   * @param path where something lies or shall lie
   * @throws UnsupportedStoreException if it isn't in the default file system
   */
  static void requireDefaultFileSystem(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new UnsupportedStoreException(
          path
              + " is in the file system "
              + path.getFileSystem()
              + "; it has to lie in a folder of this machine, so copy it there");
    }
  }

  /**
   * What lies in a folder. Unlike Java's own ways to list one, it has no failure but that of an
   * {@link IOException}, be it at the first name or at a later one.
   *
   * @param folder the folder
   * @return the paths of all that lies right in it, in no order
   * @throws java.nio.file.NoSuchFileException if it isn't there
   * @throws IOException if it can't be listed to its end
   */
  static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(folder)) {
      listed.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  /**
   * Opens a file.
   *
   * @param file where it lies
   * @param access what for
   * @return the open file
   * @throws java.nio.file.NoSuchFileException if it is to be read and isn't there, or its folder
   *     isn't
   * @throws IOException if it can't be opened or made
   */
  StoreFile open(Path file, Access access) throws IOException;

  /**
   * Makes one folder, if it isn't there yet. Its name isn't on the device before {@link #sync} of
   * the one above.
   *
   * @param folder the one above must be there
   * @return false if it was there
   * @throws IOException if it can't be made
   */
  boolean createFolder(Path folder) throws IOException;

  /**
   * Makes a folder and those above it where they are missing, and waits until their names are on
   * the device. One whose name can't be brought there is removed again.
   *
   * @param folder the folder
   * @throws IOException if one can't be made
   */
  default void createFolders(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path above = folder.toAbsolutePath();
    while (above != null && !Files.isDirectory(above)) {
      missing.push(above);
      above = above.getParent();
    }
    for (Path each : missing) {
      if (createFolder(each) && each.getParent() != null) {
        try {
          sync(each.getParent());
        } catch (IOException e) {
          delete(each);
          throw e;
        }
      }
    }
  }

  /**
   * Gives a file another name in one step: whoever looks finds the old file or the new one. A file
   * of that name is replaced. Not on the device before {@link #sync} of its folder.
   *
   * @param from the file
   * @param to its new name, in the same folder
   * @throws IOException if that fails; nothing has changed then
   */
  void rename(Path from, Path to) throws IOException;

  /**
   * Removes a file or an empty folder. Not on the device before {@link #sync} of its folder.
   *
   * @param path the file or folder
   * @return false if there was none
   * @throws java.nio.file.DirectoryNotEmptyException if it is a folder that isn't empty
   * @throws IOException if that fails; nothing has changed then
   */
  boolean delete(Path path) throws IOException;

  /**
   * Waits until a file's content, or the names in a folder, are on the device. Windows neither can
   * nor need do that for folders: there they are passed over.
   *
   * @param path a file or a folder
   * @throws java.nio.file.NoSuchFileException if it isn't there
   * @throws IOException if that fails, which means what it means for {@link StoreFile#force}
   */
  void sync(Path path) throws IOException;

  /**
   * Names the running operating system since its start. What was written under the same name can't
   * have been lost with the power.
   *
   * @return a word, or empty where it can't be told, as by default
   */
  default Optional<String> bootId() {
    return Optional.empty();
  }
}
