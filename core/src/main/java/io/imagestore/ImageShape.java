package io.imagestore;

import java.util.Objects;

/**
 * Height, width, channel count and sample type of an image. Each extent is at least 1.
 *
 * @param height rows
 * @param width columns
 * @param channels samples a pixel: 1 is gray, 2 gray and alpha, 3 RGB, 4 RGBA; a backend may hold
 *     more
 * @param sampleType what one sample is
 */
public record ImageShape(int height, int width, int channels, SampleType sampleType) {

  /**
   * Checks the three extents.
   *
   * @param height rows
   * @param width columns
   * @param channels samples a pixel
   * @param sampleType what one sample is
   * @throws IllegalArgumentException if an extent is less than 1
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
    Objects.requireNonNull(sampleType, "sampleType");
  }

  /**
   * A shape of 8-bit samples.
   *
   * @param height rows
   * @param width columns
   * @param channels samples a pixel
   * @throws IllegalArgumentException if an extent is less than 1
   */
  public ImageShape(int height, int width, int channels) {
    this(height, width, channels, SampleType.UINT8);
  }

  /**
   * How many pixels an image of this shape has.
   *
   * @return height × width
   */
  public long pixelCount() {
    return (long) height * width;
  }

  /**
   * Bytes one image of this shape takes, saturated at {@link Long#MAX_VALUE}.
   *
   * @return height × width × channels × bytes a sample
   */
  public long byteCount() {
    long bytesAPixel = (long) channels * sampleType.bytes();
    return pixelCount() > Long.MAX_VALUE / bytesAPixel
        ? Long.MAX_VALUE
        : pixelCount() * bytesAPixel;
  }

  /** The extents as {@code 32x32x3}, with the sample type behind where it isn't UINT8. */
  @Override
  public String toString() {
    String extents = height + "x" + width + "x" + channels;
    return sampleType == SampleType.UINT8 ? extents : extents + " " + sampleType;
  }
}
