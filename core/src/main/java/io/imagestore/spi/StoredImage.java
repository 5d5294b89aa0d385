package io.imagestore.spi;

import io.imagestore.ImageShape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of an image without reading its bytes. A backend extends it by where they lie.
 *
 * <p>Immutable. It belongs to the snapshot that gave it.
 */
public class StoredImage {

  private final long id;
  private final ImageShape shape;
  private final int label;
  private final @Nullable String format;

  /**
   * An image.
   *
   * @param id at least 0
   * @param shape the shape of its pixels
   * @param label its label
   * @param format the format of an encoded image, or null for raw pixels
   */
  public StoredImage(long id, ImageShape shape, int label, @Nullable String format) {
    this.id = id;
    this.shape = Objects.requireNonNull(shape, "shape");
    this.label = label;
    this.format = format;
  }

  /**
   * The image's id.
   *
   * @return at least 0
   */
  public final long id() {
    return id;
  }

  /**
   * The shape of the pixels, those of an encoded image too.
   *
   * @return height, width, channels, sample type
   */
  public final ImageShape shape() {
    return shape;
  }

  /**
   * The image's label.
   *
   * @return any integer
   */
  public final int label() {
    return label;
  }

  /**
   * The format of an encoded image.
   *
   * @return such as {@code jpeg}; null for raw pixels
   */
  public final @Nullable String format() {
    return format;
  }

  /** Id, shape and format. */
  @Override
  public String toString() {
    return "image " + id + " (" + shape + (format == null ? "" : " " + format) + ")";
  }
}
