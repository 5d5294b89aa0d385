package io.imagestore.codec.jpeg;

/** What a JPEG file's components are. */
public enum JpegColors {
  /** One component, luminance. */
  GRAY(1, 1),
  /** Three components, as they are shown. */
  RGB(3, 3),
  /** Luminance and two color differences, as JFIF (ECMA TR/98, 7) defines them. */
  YCBCR(3, 3),
  /** Four inks, inverted as Adobe writes them. */
  CMYK(4, 3),
  /** Three inks as YCbCr, and black, inverted as Adobe writes them. */
  YCCK(4, 3);

  private final int components;
  private final int channels;

  JpegColors(int components, int channels) {
    this.components = components;
    this.channels = channels;
  }

  /**
   * Components in the file.
   *
   * @return 1, 3 or 4
   */
  public int components() {
    return components;
  }

  /**
   * Channels of the decoded image.
   *
   * @return 1 or 3
   */
  public int channels() {
    return channels;
  }

  /**
   * CMYK to RGB, as Pillow does it: the inks are inverted, with Adobe's marker and without, and
   * each channel is what ink and black let through. Of YCCK, a library makes CMYK first.
   *
   * @param samples four a pixel; takes three a pixel, packed to its beginning
   * @param pixels how many
   */
  public static void cmykToRgb(byte[] samples, int pixels) {
    int to = 0;
    for (int at = 0; at < pixels * 4; at += 4) {
      int light = samples[at + 3] & 0xFF; // what black lets through
      samples[to++] = (byte) (light - share(255 - (samples[at] & 0xFF), light));
      samples[to++] = (byte) (light - share(255 - (samples[at + 1] & 0xFF), light));
      samples[to++] = (byte) (light - share(255 - (samples[at + 2] & 0xFF), light));
    }
  }

  /** a × b ÷ 255, rounded. */
  private static int share(int a, int b) {
    int product = a * b + 128;
    return (product + (product >> 8)) >> 8;
  }
}
