package io.imagestore.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Where an open store lies. Most systems let a file that is open lose its name, and writing to it
 * goes on as if nothing were: what is written then is gone when it is closed. So who writes asks
 * first whether the store is still where it was.
 *
 * <p>A store that lies in no file is always there, and so is one whose system has no keys that tell
 * files from each other. Safe in any thread.
 */
final class Place {

  private final Path path;
  private final @Nullable Object key;

  private Place(Path path, @Nullable Object key) {
    this.path = path;
    this.key = key;
  }

  /** Where a store lies that has just been opened; links are followed now and never again. */
  static Place of(Path store) {
    try {
      Path real = store.toRealPath();
      return new Place(real, keyOf(real));
    } catch (IOException e) {
      return new Place(store, null); // it lies in no file
    }
  }

  /** What tells a file from each other, or null where the system has no such thing. */
  static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /**
   * Asks.
   *
   * @throws IOException if the store has been moved, removed or replaced
   */
  void requireStore() throws IOException {
    if (key != null && !key.equals(currentKey())) {
      throw new IOException(
          "it was moved, removed or replaced while it was open; close it, and open the one that is"
              + " meant");
    }
  }

  private @Nullable Object currentKey() throws IOException {
    try {
      return keyOf(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
