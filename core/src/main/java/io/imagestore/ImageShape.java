package io.imagestore;

/**
 * Height, width and channel count of an image, each at least 1.
 *
 * @param height rows
 * @param width columns
 * @param channels samples a pixel: 1 is gray, 2 gray and alpha, 3 RGB, 4 RGBA; a backend may hold
 *     more
 */
public record ImageShape(int height, int width, int channels) {

  /**
   * Checks the three extents.
   *
   * @param height rows
   * @param width columns
   * @param channels samples a pixel
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public ImageShape {
    if (height < 1 || width < 1 || channels < 1) {
      throw new IllegalArgumentException(
          "height, width and channels must each be at least 1, but are "
              + height
              + ", "
              + width
              + ", "
              + channels);
    }
  }

  /**
   * Bytes one image of this shape takes, saturated at {@link Long#MAX_VALUE}.
   *
   * @return height × width × channels
   */
  public long byteCount() {
    long area = (long) height * width;
    return area > Long.MAX_VALUE / channels ? Long.MAX_VALUE : area * channels;
  }

  /** The extents as {@code 32x32x3}. */
  @Override
  public String toString() {
    return height + "x" + width + "x" + channels;
  }
}
