package io.imagestore.spi;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What is left of a damaged image.
 *
 * @param extension tells what the bytes are, such as {@code png} or {@code jpg}; {@code raw} for
 *     pixels
 * @param bytes unchecked, from the buffer's position to its limit
 */
public record Remains(String extension, ByteBuffer bytes) {

  /**
   * Requires both.
   *
   * @param extension without a dot
   * @param bytes unchecked
   */
  public Remains {
    Objects.requireNonNull(extension, "extension");
    Objects.requireNonNull(bytes, "bytes");
  }
}
