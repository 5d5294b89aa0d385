package io.imagestore.loader;

import java.util.Arrays;

/** Crops, pads and flips without a resize. */
final class Cutter {

  private Cutter() {}

  /**
   * Copies what a view wants into an array that has its size. Padding isn't touched.
   *
   * @param raster the pixels, with whole pixels at the rectangle's edges
   * @param view what is wanted, not scaled
   * @param target the result, HWC, from the first element on
   */
  static void cut(Raster raster, View view, byte[] target) {
    int channels = raster.channels;
    int columns = view.endColumn() - view.firstColumn();
    int firstColumn = view.mirrored ? view.windowWidth - view.endColumn() : view.firstColumn();
    for (int row = view.firstRow(); row < view.endRow(); row++) {
      int targetRow = view.upsideDown ? view.windowHeight - 1 - row : row;
      int sourceRow = (int) raster.top + view.windowTop + row;
      int sourceColumn = (int) raster.left + view.windowLeft + view.firstColumn();
      int from = (sourceRow * raster.width + sourceColumn) * channels;
      int to = (targetRow * view.windowWidth + firstColumn) * channels;
      if (view.mirrored) {
        mirror(raster.samples, from, target, to, columns, channels);
      } else {
        System.arraycopy(raster.samples, from, target, to, columns * channels);
      }
    }
  }

  /** Sets to 0 all of a view's result, if a part of it is padding. */
  static void pad(View view, int channels, byte[] target) {
    if (view.isPadded()) {
      Arrays.fill(target, 0, view.windowHeight * view.windowWidth * channels, (byte) 0);
    }
  }

  private static void mirror(
      byte[] source, int from, byte[] target, int to, int columns, int channels) {
    int back = to + (columns - 1) * channels;
    if (channels == 3) {
      for (int end = from + 3 * columns; from < end; from += 3, back -= 3) {
        target[back] = source[from];
        target[back + 1] = source[from + 1];
        target[back + 2] = source[from + 2];
      }
    } else {
      for (int end = from + channels * columns; from < end; from += channels, back -= channels) {
        System.arraycopy(source, from, target, back, channels);
      }
    }
  }
}
