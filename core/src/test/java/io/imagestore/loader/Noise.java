package io.imagestore.loader;

/** Images of noise, the same in Java as in {@code pixel_vectors.py}, and sources that hold them. */
final class Noise {

  private Noise() {}

  static byte[] image(int height, int width, int channels) {
    long key = CounterBits.key(height, width, channels);
    byte[] pixels = new byte[height * width * channels];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (CounterBits.at(key, i) >>> 56);
    }
    return pixels;
  }

  /** A source that reads the rectangle and nothing else. */
  static PixelSource source(byte[] pixels, int width, int channels) {
    return (view, raster) -> {
      raster.allocate(view.height, view.width, channels);
      for (int row = 0; row < view.height; row++) {
        System.arraycopy(
            pixels,
            ((view.top + row) * width + view.left) * channels,
            raster.samples,
            row * view.width * channels,
            view.width * channels);
      }
    };
  }
}
