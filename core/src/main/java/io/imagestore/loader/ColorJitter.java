package io.imagestore.loader;

/** Random changes of brightness, contrast, saturation and hue, in random order. */
record ColorJitter(double brightness, double contrast, double saturation, double hue)
    implements Transform {

  /** Four changes in one of 24 orders. */
  private static final int ORDERS = 24;

  ColorJitter {
    Arguments.within(brightness, 0, Double.MAX_VALUE, "brightness");
    Arguments.within(contrast, 0, Double.MAX_VALUE, "contrast");
    Arguments.within(saturation, 0, Double.MAX_VALUE, "saturation");
    Arguments.within(hue, 0, 0.5, "hue");
  }

  @Override
  public void apply(Sample sample) {
    SampleRandom random = sample.random();
    int order = random.nextInt(ORDERS);
    float brightnessFactor = factor(random, brightness);
    float contrastFactor = factor(random, contrast);
    float saturationFactor = factor(random, saturation);
    double hueTurn = random.nextDouble(-hue, hue);
    int left = 0b1111;
    for (int changes = 4; changes > 0; changes--) {
      int change = pick(left, order % changes);
      order /= changes;
      left &= ~(1 << change);
      switch (change) {
        case 0 -> changeBrightness(sample, brightnessFactor);
        case 1 -> changeContrast(sample, contrastFactor);
        case 2 -> changeSaturation(sample, saturationFactor);
        default -> turnHue(sample, hueTurn);
      }
    }
  }

  /** The bit that is set behind so many others that are set. */
  private static int pick(int bits, int others) {
    for (int i = 0; i < others; i++) {
      bits &= bits - 1;
    }
    return Integer.numberOfTrailingZeros(bits);
  }

  private static float factor(SampleRandom random, double strength) {
    return (float) random.nextDouble(Math.max(0, 1 - strength), 1 + strength);
  }

  static void changeBrightness(Sample sample, float factor) {
    if (factor != 1) {
      Colors.brightness(pixels(sample), length(sample), factor, sample.table());
    }
  }

  static void changeContrast(Sample sample, float factor) {
    if (factor != 1) {
      Colors.contrast(pixels(sample), length(sample), sample.channels(), factor, sample.table());
    }
  }

  static void changeSaturation(Sample sample, float factor) {
    if (factor != 1 && sample.channels() != 1) {
      Colors.saturation(pixels(sample), length(sample), factor);
    }
  }

  /** Turns by a share of the circle, of which Pillow's hue has 255 parts. */
  static void turnHue(Sample sample, double turn) {
    if (turn != 0 && sample.channels() != 1) {
      Colors.hue(pixels(sample), length(sample), (int) (turn * 255));
    }
  }

  private static byte[] pixels(Sample sample) {
    if (sample.channels() != 1 && sample.channels() != 3) {
      throw new IllegalArgumentException(
          "colorJitter changes images of 1 or 3 channels, but this one has " + sample.channels());
    }
    return sample.pixels();
  }

  private static int length(Sample sample) {
    return sample.height() * sample.width() * sample.channels();
  }

  @Override
  public String toString() {
    return "colorJitter(brightness=%s, contrast=%s, saturation=%s, hue=%s)"
        .formatted(brightness, contrast, saturation, hue);
  }
}
