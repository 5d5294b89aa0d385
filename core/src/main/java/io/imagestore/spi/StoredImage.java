package io.imagestore.spi;

import io.imagestore.ImageShape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows of an image without reading its bytes. A backend extends it by where they lie.
 *
 * <p>It belongs to the snapshot that gave it, and stays as it is until that is closed. Afterwards a
 * backend may tell of another image with it, so that reading on and on takes no memory: keep what
 * it says, not the object.
 */
public class StoredImage {

  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);

  private long id;
  private ImageShape shape;
  private int label;
  private @Nullable String format;

  /** Tells of no image yet; for a backend that calls {@link #become}. */
  protected StoredImage() {
    this(0, NO_SHAPE, 0, null);
  }

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
   * Tells of another image from now on. For the backend, when no snapshot has given it away.
   *
   * @param newId at least 0
   * @param newShape the shape of its pixels
   * @param newLabel its label
   * @param newFormat the format of an encoded image, or null for raw pixels
   */
  protected final void become(
      long newId, ImageShape newShape, int newLabel, @Nullable String newFormat) {
    id = newId;
    shape = newShape;
    label = newLabel;
    format = newFormat;
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
