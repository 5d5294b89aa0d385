package io.imagestore.codec;

import io.imagestore.ImageShape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an encoded image tells of itself before it is decoded. A codec may extend it by what else it
 * has found in the file, so that decoding needn't look for it again.
 *
 * <p>Immutable. Two are equal if format and shape are.
 */
public class ImageHeader {

  private final String format;
  private final ImageShape shape;

  /**
   * Takes both over.
   *
   * @param format the format's name, such as {@code png} or {@code jpeg}
   * @param shape the shape of the decoded image
   */
  public ImageHeader(String format, ImageShape shape) {
    this.format = Objects.requireNonNull(format, "format");
    this.shape = Objects.requireNonNull(shape, "shape");
  }

  /**
   * The format.
   *
   * @return its name, such as {@code png} or {@code jpeg}
   */
  public final String format() {
    return format;
  }

  /**
   * The shape of the decoded image.
   *
   * @return height, width, channels, sample type
   */
  public final ImageShape shape() {
    return shape;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof ImageHeader header
        && format.equals(header.format)
        && shape.equals(header.shape);
  }

  @Override
  public final int hashCode() {
    return Objects.hash(format, shape);
  }

  /** Format and shape. */
  @Override
  public final String toString() {
    return format + " of " + shape;
  }
}
