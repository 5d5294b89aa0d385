package io.imagestore.loader;

/**
 * Pixels as a source decoded them: 8 bits a sample, HWC, row by row from the array's first element
 * on, and where in them the rectangle lies that was asked for. Where a decoder can only give more
 * than that, or give it smaller, the rectangle is a part of these pixels and needn't begin with a
 * whole one. Samples of more than one byte count as so many channels. Belongs to one thread; reused
 * from image to image.
 */
final class Raster {

  byte[] samples = new byte[0];
  int height;
  int width;
  int channels;

  /** The rectangle's edges in these pixels. */
  double top;

  double left;
  double bottom;
  double right;

  /** Takes the size of pixels that are the rectangle, and makes room for them. */
  void allocate(int height, int width, int channels) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    samples = Scratch.atLeast(samples, height, width, channels);
    top = 0;
    left = 0;
    bottom = height;
    right = width;
  }

  /** Shows the rectangle of a view in pixels of which the view is about the whole. */
  void show(byte[] samples, int height, int width, int channels, View view) {
    this.samples = samples;
    this.height = height;
    this.width = width;
    this.channels = channels;
    top = view.top;
    left = view.left;
    bottom = view.top + view.height;
    right = view.left + view.width;
  }

  /** Gives the samples away for another array to work with. */
  byte[] swap(byte[] other) {
    byte[] given = samples;
    samples = other;
    return given;
  }
}
