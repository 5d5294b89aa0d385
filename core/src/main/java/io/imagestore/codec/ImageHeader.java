package io.imagestore.codec;

import io.imagestore.ImageShape;
import java.util.Objects;

/**
 * What an encoded image tells of itself before it is decoded.
 *
 * @param format the format's name, such as {@code png} or {@code jpeg}
 * @param shape the shape of the decoded image
 */
public record ImageHeader(String format, ImageShape shape) {

  /**
   * Takes both over.
   *
   * @param format the format's name
   * @param shape the shape of the decoded image
   */
  public ImageHeader {
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(shape, "shape");
  }
}
