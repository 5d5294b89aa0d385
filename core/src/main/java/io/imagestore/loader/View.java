package io.imagestore.loader;

/**
 * What is wanted of an image, told before it is decoded: a rectangle of it, resized, a window of
 * the result, flipped. The window may reach beyond what was resized; there all samples are 0.
 *
 * <p>Any number of crops and flips, one resize, and paddings where nothing was cropped away fit
 * into one view. Coordinates of a caller are those of the result so far. Belongs to one thread;
 * reused from image to image.
 */
final class View {

  /** The rectangle, in pixels of the image. */
  int top;

  int left;
  int height;
  int width;

  /** To what size the rectangle is resized. */
  int scaledHeight;

  int scaledWidth;

  /** The part of the resized rectangle that is wanted. */
  int windowTop;

  int windowLeft;
  int windowHeight;
  int windowWidth;

  boolean mirrored;
  boolean upsideDown;

  /** Begins with a whole image as it is. */
  void reset(int height, int width) {
    top = 0;
    left = 0;
    mirrored = false;
    upsideDown = false;
    takeRectangle(height, width);
    scaleTo(height, width);
  }

  boolean isScaled() {
    return scaledHeight != height || scaledWidth != width;
  }

  /** Whether it is the whole of an image of this size, as it is. */
  boolean isWhole(int imageHeight, int imageWidth) {
    return height == imageHeight
        && width == imageWidth
        && !isScaled()
        && windowTop == 0
        && windowLeft == 0
        && windowHeight == height
        && windowWidth == width
        && !mirrored
        && !upsideDown;
  }

  /** Whether a resize fits in: there is one at most, and what it resizes holds no padding. */
  boolean canScale() {
    return !isScaled()
        && windowTop >= 0
        && windowLeft >= 0
        && windowTop + windowHeight <= height
        && windowLeft + windowWidth <= width;
  }

  /** Whether a padding fits in: a wider window would show again what was cropped away. */
  boolean canPad() {
    return windowTop <= 0
        && windowLeft <= 0
        && windowTop + windowHeight >= scaledHeight
        && windowLeft + windowWidth >= scaledWidth;
  }

  /** Resizes what is wanted so far. Only if it {@linkplain #canScale fits in}. */
  void scale(int newHeight, int newWidth) {
    if (newHeight == windowHeight && newWidth == windowWidth) {
      return;
    }
    top += windowTop;
    left += windowLeft;
    takeRectangle(windowHeight, windowWidth);
    scaleTo(newHeight, newWidth);
  }

  private void takeRectangle(int height, int width) {
    this.height = height;
    this.width = width;
  }

  private void scaleTo(int height, int width) {
    scaledHeight = height;
    scaledWidth = width;
    windowTop = 0;
    windowLeft = 0;
    windowHeight = height;
    windowWidth = width;
  }

  /**
   * Takes a rectangle of what is wanted so far, or pads it, if that {@linkplain #canPad fits in}.
   */
  void window(int newTop, int newLeft, int newHeight, int newWidth) {
    windowTop += upsideDown ? windowHeight - newHeight - newTop : newTop;
    windowLeft += mirrored ? windowWidth - newWidth - newLeft : newLeft;
    windowHeight = newHeight;
    windowWidth = newWidth;
  }

  void mirror() {
    mirrored = !mirrored;
  }

  void turnUpsideDown() {
    upsideDown = !upsideDown;
  }

  /**
   * By how much the image may be decoded smaller without losing what is wanted: the greatest of 1,
   * 2, 4 and 8 at which the rectangle is still at least as large as what it is resized to.
   */
  int reduction() {
    int reduction = 1;
    while (reduction < 8
        && (long) scaledHeight * reduction * 2 <= height
        && (long) scaledWidth * reduction * 2 <= width) {
      reduction *= 2;
    }
    return reduction;
  }

  /** The first row of the window that isn't padding, and the row behind the last one. */
  int firstRow() {
    return Math.max(0, -windowTop);
  }

  int endRow() {
    return Math.max(firstRow(), Math.min(windowHeight, scaledHeight - windowTop));
  }

  /** The first column of the window that isn't padding, and the column behind the last one. */
  int firstColumn() {
    return Math.max(0, -windowLeft);
  }

  int endColumn() {
    return Math.max(firstColumn(), Math.min(windowWidth, scaledWidth - windowLeft));
  }

  boolean isPadded() {
    return firstRow() > 0
        || firstColumn() > 0
        || endRow() < windowHeight
        || endColumn() < windowWidth;
  }

  // What must be there of the image: the rectangle, or, where it isn't resized, its part that lies
  // in the window. At least one pixel, though the window be all padding.

  int firstSourceRow() {
    return isScaled() ? top : top + Math.min(Math.max(windowTop, 0), height - 1);
  }

  int endSourceRow() {
    return isScaled()
        ? top + height
        : Math.max(firstSourceRow() + 1, top + Math.min(height, windowTop + windowHeight));
  }

  int firstSourceColumn() {
    return isScaled() ? left : left + Math.min(Math.max(windowLeft, 0), width - 1);
  }

  int endSourceColumn() {
    return isScaled()
        ? left + width
        : Math.max(firstSourceColumn() + 1, left + Math.min(width, windowLeft + windowWidth));
  }
}
