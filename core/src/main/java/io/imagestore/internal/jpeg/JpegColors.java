package io.imagestore.internal.jpeg;

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
}
