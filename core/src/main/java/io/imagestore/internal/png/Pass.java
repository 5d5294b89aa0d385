package io.imagestore.internal.png;

/** A pass over an image: where its pixels start and how they step. */
record Pass(int x, int y, int stepX, int stepY) {
  /** The one pass of an image that is not interlaced. */
  static final Pass[] WHOLE = {new Pass(0, 0, 1, 1)};

  /** The seven passes of an interlaced image, section 8.2. */
  static final Pass[] ADAM7 = {
    new Pass(0, 0, 8, 8),
    new Pass(4, 0, 8, 8),
    new Pass(0, 4, 4, 8),
    new Pass(2, 0, 4, 4),
    new Pass(0, 2, 2, 4),
    new Pass(1, 0, 2, 2),
    new Pass(0, 1, 1, 2)
  };

  /** How many of the image's first {@code width} columns are in this pass. */
  int width(int width) {
    return ceilDiv(width - x, stepX);
  }

  /** How many of the image's first {@code height} rows are in this pass. */
  int height(int height) {
    return ceilDiv(height - y, stepY);
  }

  private static int ceilDiv(int distance, int step) {
    return distance <= 0 ? 0 : (int) (((long) distance + step - 1) / step);
  }
}
