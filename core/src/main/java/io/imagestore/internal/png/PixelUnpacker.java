package io.imagestore.internal.png;

/** Turns a pixel of an unfiltered row into 8-bit samples. */
interface PixelUnpacker {
  /** Writes the samples of pixel {@code x} of the row. */
  void unpack(byte[] row, int x, byte[] pixels, int at) throws PngException;

  static PixelUnpacker of(PngChunks chunks) {
    PngHeader header = chunks.header();
    return switch (header.colorType()) {
      case PALETTE -> palette(header.bitDepth(), chunks);
      case GRAY -> gray(header.bitDepth(), chunks);
      case RGB -> chunks.transparent() ? rgbWithTransparentColor(chunks.transparency()) : copy(3);
      case GRAY_ALPHA -> copy(2);
      case RGBA -> copy(4);
    };
  }

  private static PixelUnpacker copy(int channels) {
    return (row, x, pixels, at) -> System.arraycopy(row, x * channels, pixels, at, channels);
  }

  private static PixelUnpacker gray(int bitDepth, PngChunks chunks) {
    int most = (1 << bitDepth) - 1;
    byte[] transparency = chunks.transparency();
    // Section 11.3.2.1: two bytes, of which only the image's own bits count.
    int transparent = chunks.transparent() ? transparency[1] & most : -1;
    return (row, x, pixels, at) -> {
      int value = sample(row, x, bitDepth);
      pixels[at] = (byte) (value * 255 / most);
      if (transparent >= 0) {
        pixels[at + 1] = (byte) (value == transparent ? 0 : 255);
      }
    };
  }

  private static PixelUnpacker rgbWithTransparentColor(byte[] color) {
    return (row, x, pixels, at) -> {
      System.arraycopy(row, 3 * x, pixels, at, 3);
      boolean transparent =
          row[3 * x] == color[1] && row[3 * x + 1] == color[3] && row[3 * x + 2] == color[5];
      pixels[at + 3] = (byte) (transparent ? 0 : 255);
    };
  }

  private static PixelUnpacker palette(int bitDepth, PngChunks chunks) {
    byte[] colors = chunks.palette();
    byte[] alphas = chunks.transparency();
    return (row, x, pixels, at) -> {
      int index = sample(row, x, bitDepth);
      if (3 * index >= colors.length) {
        throw new PngException(
            "A pixel has palette index " + index + " of " + colors.length / 3 + " colours");
      }
      System.arraycopy(colors, 3 * index, pixels, at, 3);
      if (alphas.length > 0) {
        pixels[at + 3] = index < alphas.length ? alphas[index] : (byte) 255;
      }
    };
  }

  private static int sample(byte[] row, int x, int bitDepth) {
    long bit = (long) x * bitDepth;
    int shift = 8 - bitDepth - (int) (bit & 7);
    return row[(int) (bit >> 3)] >> shift & ((1 << bitDepth) - 1);
  }
}
