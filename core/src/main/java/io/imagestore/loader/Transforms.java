package io.imagestore.loader;

/**
 * What can be done to an image on its way into a batch. Each is what torchvision's transform of
 * that name does to a PIL image ({@code RandomHorizontalFlip} and {@code ToTensor} are called
 * {@link #randomFlip} and {@link #toFloat} here), with the same results for the same parameters;
 * what is drawn at random follows the same law, from the loader's own random numbers.
 *
 * <p>Sizes are pixels, height before width.
 */
public final class Transforms {

  private static final double LEAST_AREA = 0.08;
  private static final double LEAST_RATIO = 3.0 / 4;
  private static final double GREATEST_RATIO = 4.0 / 3;

  private Transforms() {}

  /**
   * Resizes to a size, whatever the ratio of the sides was.
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @return the transform
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public static Transform resize(int height, int width) {
    return new Resize(height, width);
  }

  /**
   * Resizes so that the shorter side gets a length, and keeps the ratio of the sides; the longer
   * side is rounded down.
   *
   * @param shorterSide the length, at least 1
   * @return the transform
   * @throws IllegalArgumentException if it is less than 1
   */
  public static Transform resize(int shorterSide) {
    return new ResizeShorterSide(shorterSide);
  }

  /**
   * Takes the middle. Where the image is smaller it is padded with zeros.
   *
   * @param size rows and columns, at least 1
   * @return the transform
   * @throws IllegalArgumentException if it is less than 1
   */
  public static Transform centerCrop(int size) {
    return centerCrop(size, size);
  }

  /**
   * Takes the middle. Where the image is smaller it is padded with zeros.
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @return the transform
   * @throws IllegalArgumentException if one of them is less than 1
   */
  public static Transform centerCrop(int height, int width) {
    return new CenterCrop(height, width);
  }

  /**
   * Pads each side with zeros, then takes a square at a place drawn at random.
   *
   * @param size rows and columns, at least 1
   * @param padding rows and columns of zeros on each side, at least 0
   * @return the transform; it fails for an image that is smaller than the square even when padded
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Transform randomCrop(int size, int padding) {
    return randomCrop(size, size, padding);
  }

  /**
   * Pads each side with zeros, then takes a rectangle at a place drawn at random.
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param padding rows and columns of zeros on each side, at least 0
   * @return the transform; it fails for an image that is smaller than the rectangle even when
   *     padded
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Transform randomCrop(int height, int width, int padding) {
    return new RandomCrop(height, width, padding);
  }

  /**
   * Takes a rectangle of 8 % to 100 % of the area and with sides in a ratio of 3:4 to 4:3, drawn at
   * random, and resizes it.
   *
   * @param size rows and columns of the result, at least 1
   * @return the transform
   * @throws IllegalArgumentException if it is less than 1
   */
  public static Transform randomResizedCrop(int size) {
    return randomResizedCrop(size, size, LEAST_AREA, 1, LEAST_RATIO, GREATEST_RATIO);
  }

  /**
   * Takes a rectangle, drawn at random, and resizes it. Area and logarithm of the ratio are drawn
   * evenly, up to ten times until the rectangle fits into the image; if none does, it is the
   * largest one in the middle whose ratio is allowed.
   *
   * @param height rows of the result, at least 1
   * @param width columns of the result, at least 1
   * @param leastArea the least share of the image's area, more than 0
   * @param greatestArea the greatest, at most 1
   * @param leastRatio the least width in relation to the height, more than 0
   * @param greatestRatio the greatest
   * @return the transform
   * @throws IllegalArgumentException if a number is out of its range, or a least is more than a
   *     greatest
   */
  public static Transform randomResizedCrop(
      int height,
      int width,
      double leastArea,
      double greatestArea,
      double leastRatio,
      double greatestRatio) {
    return new RandomResizedCrop(height, width, leastArea, greatestArea, leastRatio, greatestRatio);
  }

  /**
   * Puts the left column to the right in one image of two.
   *
   * @return the transform
   */
  public static Transform randomFlip() {
    return randomFlip(0.5);
  }

  /**
   * Puts the left column to the right with a probability.
   *
   * @param probability from 0 to 1
   * @return the transform
   * @throws IllegalArgumentException if it is out of its range
   */
  public static Transform randomFlip(double probability) {
    return new RandomFlip(probability);
  }

  /**
   * Puts the first row last with a probability.
   *
   * @param probability from 0 to 1
   * @return the transform
   * @throws IllegalArgumentException if it is out of its range
   */
  public static Transform randomVerticalFlip(double probability) {
    return new RandomVerticalFlip(probability);
  }

  /**
   * Changes brightness, contrast, saturation and hue in random order, each by a factor drawn evenly
   * from {@code max(0, 1 - x)} to {@code 1 + x}, the hue by a share of the circle from {@code -hue}
   * to {@code hue}. For images of 1 channel, where saturation and hue do nothing, or 3.
   *
   * @param brightness at least 0; 0 leaves it alone, as it does for the others
   * @param contrast at least 0
   * @param saturation at least 0
   * @param hue from 0 to 0.5
   * @return the transform; it fails for images of another number of channels
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Transform colorJitter(
      double brightness, double contrast, double saturation, double hue) {
    return new ColorJitter(brightness, contrast, saturation, hue);
  }

  /**
   * Makes one channel of red, green and blue: see {@link Sample#toGray}.
   *
   * @return the transform
   */
  public static Transform grayscale() {
    return Grayscale.INSTANCE;
  }

  /**
   * Makes red, green and blue of gray, and leaves alpha out: see {@link Sample#toRgb}.
   *
   * @return the transform
   */
  public static Transform toRgb() {
    return ToRgb.INSTANCE;
  }

  /**
   * Makes floats from 0 to 1 of samples from 0 to 255, as the last transform.
   *
   * @return the transform
   */
  public static ToFloat toFloat() {
    return ToFloat.UNIT;
  }

  private static void size(int height, int width) {
    Arguments.positive(height, "height");
    Arguments.positive(width, "width");
  }

  private record Resize(int height, int width) implements Transform {

    Resize {
      size(height, width);
    }

    @Override
    public void apply(Sample sample) {
      sample.resize(height, width);
    }

    @Override
    public String toString() {
      return "resize(%d, %d)".formatted(height, width);
    }
  }

  private record ResizeShorterSide(int length) implements Transform {

    ResizeShorterSide {
      Arguments.positive(length, "shorterSide");
    }

    @Override
    public void apply(Sample sample) {
      if (sample.width() <= sample.height()) {
        sample.resize(longer(sample.height(), sample.width()), length);
      } else {
        sample.resize(length, longer(sample.width(), sample.height()));
      }
    }

    private int longer(int longer, int shorter) {
      return Math.toIntExact((long) length * longer / shorter);
    }

    @Override
    public String toString() {
      return "resize(%d)".formatted(length);
    }
  }

  private record CenterCrop(int height, int width) implements Transform {

    CenterCrop {
      size(height, width);
    }

    @Override
    public void apply(Sample sample) {
      int rowsMissing = Math.max(height - sample.height(), 0);
      int columnsMissing = Math.max(width - sample.width(), 0);
      sample.pad(
          rowsMissing / 2, columnsMissing / 2, (rowsMissing + 1) / 2, (columnsMissing + 1) / 2);
      sample.crop(half(sample.height() - height), half(sample.width() - width), height, width);
    }

    /** Halves are rounded to even numbers, as Python does. */
    private static int half(int length) {
      return (int) Math.rint(length / 2.0);
    }

    @Override
    public String toString() {
      return "centerCrop(%d, %d)".formatted(height, width);
    }
  }

  private record RandomCrop(int height, int width, int padding) implements Transform {

    RandomCrop {
      size(height, width);
      Arguments.notNegative(padding, "padding");
    }

    @Override
    public void apply(Sample sample) {
      sample.pad(padding, padding, padding, padding);
      if (sample.height() < height || sample.width() < width) {
        throw new IllegalArgumentException(
            "%s needs an image at least as large, but it has only %dx%d when padded"
                .formatted(this, sample.height(), sample.width()));
      }
      SampleRandom random = sample.random();
      int top = random.nextInt(sample.height() - height + 1);
      int left = random.nextInt(sample.width() - width + 1);
      sample.crop(top, left, height, width);
    }

    @Override
    public String toString() {
      return "randomCrop(%d, %d, padding=%d)".formatted(height, width, padding);
    }
  }

  private record RandomResizedCrop(
      int height,
      int width,
      double leastArea,
      double greatestArea,
      double leastRatio,
      double greatestRatio)
      implements Transform {

    private static final int TRIES = 10;

    RandomResizedCrop {
      size(height, width);
      Arguments.within(leastArea, Double.MIN_VALUE, 1, "leastArea");
      Arguments.within(greatestArea, leastArea, 1, "greatestArea");
      Arguments.within(leastRatio, Double.MIN_VALUE, Double.MAX_VALUE, "leastRatio");
      Arguments.within(greatestRatio, leastRatio, Double.MAX_VALUE, "greatestRatio");
    }

    @Override
    public void apply(Sample sample) {
      if (!cropAtRandom(sample)) {
        cropMiddle(sample);
      }
      sample.resize(height, width);
    }

    private boolean cropAtRandom(Sample sample) {
      SampleRandom random = sample.random();
      double area = (double) sample.height() * sample.width();
      for (int i = 0; i < TRIES; i++) {
        double cropArea = area * random.nextDouble(leastArea, greatestArea);
        double ratio =
            StrictMath.exp(
                random.nextDouble(StrictMath.log(leastRatio), StrictMath.log(greatestRatio)));
        int columns = (int) Math.rint(Math.sqrt(cropArea * ratio));
        int rows = (int) Math.rint(Math.sqrt(cropArea / ratio));
        if (columns > 0 && columns <= sample.width() && rows > 0 && rows <= sample.height()) {
          int top = random.nextInt(sample.height() - rows + 1);
          int left = random.nextInt(sample.width() - columns + 1);
          sample.crop(top, left, rows, columns);
          return true;
        }
      }
      return false;
    }

    private void cropMiddle(Sample sample) {
      int rows = sample.height();
      int columns = sample.width();
      double ratio = (double) columns / rows;
      if (ratio < leastRatio) {
        rows = Math.max((int) Math.rint(columns / leastRatio), 1);
      } else if (ratio > greatestRatio) {
        columns = Math.max((int) Math.rint(rows * greatestRatio), 1);
      }
      sample.crop((sample.height() - rows) / 2, (sample.width() - columns) / 2, rows, columns);
    }

    @Override
    public String toString() {
      return "randomResizedCrop(%d, %d, area=%s..%s, ratio=%s..%s)"
          .formatted(height, width, leastArea, greatestArea, leastRatio, greatestRatio);
    }
  }

  private record RandomFlip(double probability) implements Transform {

    RandomFlip {
      Arguments.within(probability, 0, 1, "probability");
    }

    @Override
    public void apply(Sample sample) {
      if (sample.random().nextBoolean(probability)) {
        sample.flipHorizontally();
      }
    }

    @Override
    public String toString() {
      return "randomFlip(" + probability + ")";
    }
  }

  private record RandomVerticalFlip(double probability) implements Transform {

    RandomVerticalFlip {
      Arguments.within(probability, 0, 1, "probability");
    }

    @Override
    public void apply(Sample sample) {
      if (sample.random().nextBoolean(probability)) {
        sample.flipVertically();
      }
    }

    @Override
    public String toString() {
      return "randomVerticalFlip(" + probability + ")";
    }
  }

  private enum Grayscale implements Transform {
    INSTANCE;

    @Override
    public void apply(Sample sample) {
      sample.toGray();
    }

    @Override
    public String toString() {
      return "grayscale()";
    }
  }

  private enum ToRgb implements Transform {
    INSTANCE;

    @Override
    public void apply(Sample sample) {
      sample.toRgb();
    }

    @Override
    public String toString() {
      return "toRgb()";
    }
  }
}
