package io.imagestore.turbojpeg;

import io.imagestore.codec.jpeg.JpegColors;

/** What TurboJPEG writes; the numbers are those of its header file. */
enum PixelFormat {
  RGB(0, 3),
  GRAY(6, 1),
  CMYK(11, 4);

  private final int code;
  private final int bytes;

  PixelFormat(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  static PixelFormat of(JpegColors colors) {
    return switch (colors) {
      case GRAY -> GRAY;
      case RGB, YCBCR -> RGB;
      case CMYK, YCCK -> CMYK;
    };
  }

  int code() {
    return code;
  }

  /** Bytes a pixel. */
  int bytes() {
    return bytes;
  }
}
