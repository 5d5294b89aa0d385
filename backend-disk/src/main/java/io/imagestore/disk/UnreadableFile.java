package io.imagestore.disk;

import java.nio.file.Path;

/**
 * A file that should be an image, but can't be read as one; or a folder that can't be read, or is a
 * class without images.
 *
 * @param path where it lies
 * @param reason what is wrong with it
 */
public record UnreadableFile(Path path, String reason) {

  /** Path and reason, as {@code cats/cat/1.jpg: the file is empty}. */
  @Override
  public String toString() {
    return path + ": " + reason;
  }
}
