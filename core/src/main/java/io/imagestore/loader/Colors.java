package io.imagestore.loader;

/**
 * Changes of color on RGB pixels, 8 bits a sample, interleaved, in place; results are the same to
 * the bit as those of Pillow's {@code ImageEnhance} and of its conversions to L and to HSV, which
 * torchvision's transforms of PIL images call.
 */
final class Colors {

  private Colors() {}

  /** Pillow's L: ITU-R 601-2 luma in 16-bit fixed point. */
  static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }

  /** Blends with black. */
  static void brightness(byte[] pixels, int length, float factor, byte[] table) {
    blendTable(0, factor, table);
    for (int i = 0; i < length; i++) {
      pixels[i] = table[pixels[i] & 0xff];
    }
  }

  /** Blends with the mean luma. */
  static void contrast(byte[] pixels, int length, int channels, float factor, byte[] table) {
    blendTable(meanLuma(pixels, length, channels), factor, table);
    for (int i = 0; i < length; i++) {
      pixels[i] = table[pixels[i] & 0xff];
    }
  }

  private static int meanLuma(byte[] pixels, int length, int channels) {
    long sum = 0;
    if (channels == 1) {
      for (int i = 0; i < length; i++) {
        sum += pixels[i] & 0xff;
      }
    } else {
      for (int i = 0; i < length; i += 3) {
        sum += luma(pixels[i] & 0xff, pixels[i + 1] & 0xff, pixels[i + 2] & 0xff);
      }
    }
    int pixelCount = length / channels;
    return (int) ((double) sum / pixelCount + 0.5);
  }

  /** Blends each pixel of three channels with its luma. */
  static void saturation(byte[] pixels, int length, float factor) {
    for (int i = 0; i < length; i += 3) {
      int red = pixels[i] & 0xff;
      int green = pixels[i + 1] & 0xff;
      int blue = pixels[i + 2] & 0xff;
      int gray = luma(red, green, blue);
      pixels[i] = blend(gray, red, factor);
      pixels[i + 1] = blend(gray, green, factor);
      pixels[i + 2] = blend(gray, blue, factor);
    }
  }

  /**
   * Turns the hue of each pixel of three channels by so many 256ths of the circle; a gray pixel has
   * none.
   */
  static void hue(byte[] pixels, int length, int turn) {
    for (int i = 0; i < length; i += 3) {
      int red = pixels[i] & 0xff;
      int green = pixels[i + 1] & 0xff;
      int blue = pixels[i + 2] & 0xff;
      int value = Math.max(red, Math.max(green, blue));
      int range = value - Math.min(red, Math.min(green, blue));
      if (range != 0) {
        int hue = (hue(red, green, blue, value, range) + turn) & 0xff;
        int saturation = (int) ((float) range / value * 255.0);
        setColor(pixels, i, hue, saturation, value);
      }
    }
  }

  private static int hue(int red, int green, int blue, int value, int range) {
    float toRed = (float) (value - red) / range;
    float toGreen = (float) (value - green) / range;
    float toBlue = (float) (value - blue) / range;
    float sixths;
    if (red == value) {
      sixths = toBlue - toGreen;
    } else if (green == value) {
      sixths = (float) (2.0 + toRed - toBlue);
    } else {
      sixths = (float) (4.0 + toGreen - toRed);
    }
    // The remainder of a division by 1, of a number from 5/6 to 11/6.
    double turns = sixths / 6.0 + 1.0;
    float circle = (float) (turns < 1 ? turns : turns - 1);
    return (int) (circle * 255.0);
  }

  private static void setColor(byte[] pixels, int at, int hue, int saturation, int value) {
    if (saturation == 0) {
      set(pixels, at, value, value, value);
      return;
    }
    int sextant = (int) Math.floor((float) hue * 6.0 / 255.0);
    float rest = (float) ((float) hue * 6.0 / 255.0 - (float) sextant);
    float share = (float) ((float) saturation / 255.0);
    int low = (int) Math.round(value * (1.0 - share));
    int falling = (int) Math.round(value * (1.0 - share * rest));
    int rising = (int) Math.round(value * (1.0 - share * (1.0 - rest)));
    switch (sextant % 6) {
      case 0 -> set(pixels, at, value, rising, low);
      case 1 -> set(pixels, at, falling, value, low);
      case 2 -> set(pixels, at, low, value, rising);
      case 3 -> set(pixels, at, low, falling, value);
      case 4 -> set(pixels, at, rising, low, value);
      default -> set(pixels, at, value, low, falling);
    }
  }

  private static void set(byte[] pixels, int at, int red, int green, int blue) {
    pixels[at] = (byte) red;
    pixels[at + 1] = (byte) green;
    pixels[at + 2] = (byte) blue;
  }

  private static void blendTable(int from, float factor, byte[] table) {
    for (int sample = 0; sample < 256; sample++) {
      table[sample] = blend(from, sample, factor);
    }
  }

  /** From one sample, at factor 0, to another, at factor 1, and beyond as far as 8 bits go. */
  private static byte blend(int from, int to, float factor) {
    float blended = from + factor * (to - from);
    return (byte) Math.max(0, Math.min(255, (int) blended));
  }

  /** Three channels to one, in place. */
  static void rgbToGray(byte[] pixels, int pixelCount) {
    for (int pixel = 0, from = 0; pixel < pixelCount; pixel++, from += 3) {
      pixels[pixel] =
          (byte) luma(pixels[from] & 0xff, pixels[from + 1] & 0xff, pixels[from + 2] & 0xff);
    }
  }

  /** Gray pixels with or without alpha, or RGB pixels with alpha, to three channels. */
  static void toRgb(byte[] source, int pixelCount, int channels, byte[] target) {
    int second = channels < 3 ? 0 : 1;
    int third = channels < 3 ? 0 : 2;
    for (int pixel = 0, from = 0, to = 0; pixel < pixelCount; pixel++, from += channels, to += 3) {
      target[to] = source[from];
      target[to + 1] = source[from + second];
      target[to + 2] = source[from + third];
    }
  }
}
