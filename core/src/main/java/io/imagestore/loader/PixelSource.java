package io.imagestore.loader;

/** Where the pixels of an image come from once it is known which of them are needed. */
@FunctionalInterface
interface PixelSource {

  /**
   * Reads a rectangle that lies in the image.
   *
   * @param view what is asked for: its rectangle, and to what size it is going to be resized
   * @param raster where the pixels go, at least those of the rectangle
   */
  void read(View view, Raster raster);
}
