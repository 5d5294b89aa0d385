package io.imagestore.codec;

import io.imagestore.ImageShape;

/**
 * The part of an image to decode, and how far it is scaled down while it is decoded.
 *
 * @param scale 1, 2, 4 or 8: the decoded image has one pixel for scale × scale of the file's
 * @param x the first column, in pixels of the scaled image
 * @param y the first row, in pixels of the scaled image
 * @param width columns, in pixels of the scaled image
 * @param height rows, in pixels of the scaled image
 */
public record DecodeRegion(int scale, int x, int y, int width, int height) {

  /**
   * Checks the scale and the extents.
   *
   * @param scale 1, 2, 4 or 8
   * @param x at least 0
   * @param y at least 0
   * @param width at least 1
   * @param height at least 1
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public DecodeRegion {
    if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
      throw new IllegalArgumentException("scale must be 1, 2, 4 or 8, but is " + scale);
    }
    if (x < 0 || y < 0 || width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "a region begins at 0 or later and has at least one pixel, but this one is "
              + width
              + "x"
              + height
              + " at "
              + x
              + ", "
              + y);
    }
  }

  /**
   * All of an image.
   *
   * @param shape the shape of the image when it isn't scaled
   * @param scale 1, 2, 4 or 8
   * @return the region; each extent is divided by the scale and rounded up
   */
  public static DecodeRegion whole(ImageShape shape, int scale) {
    return new DecodeRegion(
        scale, 0, 0, scaled(shape.width(), scale), scaled(shape.height(), scale));
  }

  /**
   * The shape of what decoding this region gives.
   *
   * @param image the shape of the image when it isn't scaled
   * @return this region's extents with the image's channels and sample type
   */
  public ImageShape shape(ImageShape image) {
    return new ImageShape(height, width, image.channels(), image.sampleType());
  }

  private static int scaled(int extent, int scale) {
    return (extent - 1) / scale + 1;
  }
}
