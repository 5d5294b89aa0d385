package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.imagestore.ImageShape;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TransformsTest {

  private final Sample sample = new Sample();

  @ParameterizedTest
  @CsvSource({
    "400, 600, 256, 256, 384",
    "600, 400, 256, 384, 256",
    "500, 375, 100, 133, 100",
    "3, 3, 7, 7, 7",
    "10, 10, 10, 10, 10"
  })
  void resizesTheShorterSide(int height, int width, int size, int newHeight, int newWidth) {
    apply(height, width, 0, Transforms.resize(size));

    assertThat(sample.shape()).isEqualTo(new ImageShape(newHeight, newWidth, 3));
  }

  @ParameterizedTest
  @CsvSource({"10, 13, 4, 3, 4", "10, 11, 4, 3, 4", "10, 12, 4, 3, 4", "9, 7, 4, 2, 2"})
  void takesTheMiddleAsTorchvisionRoundsIt(int height, int width, int size, int top, int left) {
    byte[] pixels = apply(height, width, 0, Transforms.centerCrop(size));

    assertThat(pixels).isEqualTo(rectangle(height, width, top, left, size, size));
  }

  @Test
  void padsWhatIsSmallerThanTheMiddleToTake() {
    byte[] pixels = apply(1, 2, 0, Transforms.centerCrop(2, 5));

    byte[] image = Noise.image(1, 2, 3);
    byte[] expected = new byte[2 * 5 * 3];
    System.arraycopy(image, 0, expected, 3, 6);
    assertThat(pixels).isEqualTo(expected);
  }

  @Test
  void cropsEachPlaceOfThePaddedImageEquallyOften() {
    long[] places = new long[9 * 9];
    byte[] image = new byte[32 * 32];
    image[0] = 1;
    Transform crop = Transforms.randomCrop(32, 4);
    for (int position = 0; position < 20_000; position++) {
      sample.start(new ImageShape(32, 32, 1), Noise.source(image, 32, 1), key(position));
      sample.apply(new Transform[] {crop});
      byte[] pixels = sample.pixels();
      // The marked pixel lies at (4 - top, 4 - left), if it's still in the picture.
      int at = IntStream.range(0, 32 * 32).filter(i -> pixels[i] == 1).findFirst().orElse(-1);
      if (at >= 0) {
        places[at / 32 * 9 + at % 32]++;
      }
    }

    long[] counts = IntStream.range(0, 25).mapToLong(i -> places[i / 5 * 9 + i % 5]).toArray();
    assertThat(ChiSquare.deviations(counts)).isLessThan(4);
    assertThat(Arrays.stream(counts).sum()).isCloseTo(20_000L * 25 / 81, within(300L));
  }

  @Test
  void cropsAndResizesToTheSizeThatIsWanted() {
    for (int position = 0; position < 100; position++) {
      apply(50 + position, 300 - position, position, Transforms.randomResizedCrop(24));

      assertThat(sample.shape()).isEqualTo(new ImageShape(24, 24, 3));
    }
  }

  @Test
  void drawsAreaAndRatioFromTheirRangesEvenly() {
    long[] areas = new long[10];
    long[] ratios = new long[10];
    double leastLog = Math.log(3.0 / 4);
    Transform crop = Transforms.randomResizedCrop(1, 1, 0.08, 0.5, 3.0 / 4, 4.0 / 3);
    for (int position = 0; position < 20_000; position++) {
      View view = view(2000, 2000, position, crop);
      double area = view.height / 2000.0 * view.width / 2000.0;
      double logRatio = Math.log((double) view.width / view.height);
      areas[bucket((area - 0.08) / 0.42)]++;
      ratios[bucket((logRatio - leastLog) / (-2 * leastLog))]++;
    }

    assertThat(ChiSquare.deviations(areas)).isLessThan(4);
    assertThat(ChiSquare.deviations(ratios)).isLessThan(4);
  }

  @ParameterizedTest
  @CsvSource({"10, 1000, 10, 13, 0, 493", "1000, 10, 13, 10, 493, 0", "1, 50, 1, 1, 0, 24"})
  void fallsBackToTheMiddleWhereNoRectangleFits(
      int height, int width, int cropHeight, int cropWidth, int top, int left) {
    Transform wholeArea = Transforms.randomResizedCrop(5, 5, 1, 1, 3.0 / 4, 4.0 / 3);

    View view = view(height, width, 1, wholeArea);

    assertThat(view)
        .extracting(v -> v.height, v -> v.width, v -> v.top, v -> v.left)
        .containsExactly(cropHeight, cropWidth, top, left);
  }

  @Test
  void flipsOneImageInTwo() {
    byte[] image = Noise.image(2, 2, 3);
    int flipped = 0;
    for (int position = 0; position < 10_000; position++) {
      flipped += Arrays.equals(apply(2, 2, position, Transforms.randomFlip()), image) ? 0 : 1;
    }

    assertThat(flipped).isBetween(4_800, 5_200);
  }

  @Test
  void flipsAlwaysOrNeverWhenTold() {
    byte[] image = Noise.image(1, 2, 3);
    byte[] mirrored = {image[3], image[4], image[5], image[0], image[1], image[2]};

    assertThat(apply(1, 2, 0, Transforms.randomFlip(1))).isEqualTo(mirrored);
    assertThat(apply(1, 2, 0, Transforms.randomFlip(0))).isEqualTo(image);
    assertThat(apply(1, 2, 0, Transforms.randomVerticalFlip(1))).isEqualTo(image);
  }

  @Test
  void changesColorsInEitherOrderEquallyOften() {
    int brightnessFirst = 0;
    int contrastFirst = 0;
    SampleRandom random = new SampleRandom();
    for (int position = 0; position < 1000; position++) {
      byte[] jittered = apply(4, 4, position, Transforms.colorJitter(0.5, 0.5, 0, 0));
      random.start(key(position), 0);
      random.nextLong();
      float brightness = (float) random.nextDouble(0.5, 1.5);
      float contrast = (float) random.nextDouble(0.5, 1.5);
      byte[] one =
          apply(
              4,
              4,
              position,
              sample -> ColorJitter.changeBrightness(sample, brightness),
              sample -> ColorJitter.changeContrast(sample, contrast));
      byte[] other =
          apply(
              4,
              4,
              position,
              sample -> ColorJitter.changeContrast(sample, contrast),
              sample -> ColorJitter.changeBrightness(sample, brightness));

      assertThat(jittered).isIn(one, other);
      brightnessFirst += Arrays.equals(jittered, one) ? 1 : 0;
      contrastFirst += Arrays.equals(jittered, other) ? 1 : 0;
    }

    assertThat(brightnessFirst).isBetween(430, 570);
    assertThat(contrastFirst).isBetween(430, 570);
  }

  @Test
  void leavesColorsAloneThatArentToBeChanged() {
    assertThat(apply(4, 4, 1, Transforms.colorJitter(0, 0, 0, 0))).isEqualTo(Noise.image(4, 4, 3));
  }

  @Test
  void makesBrightnessFactorsOfTheirRangeEvenly() {
    long[] counts = new long[10];
    byte[] gray = {100};
    for (int position = 0; position < 20_000; position++) {
      sample.start(new ImageShape(1, 1, 1), Noise.source(gray, 1, 1), key(position));
      sample.apply(new Transform[] {Transforms.colorJitter(0.5, 0, 0, 0)});
      counts[((sample.pixels()[0] & 0xff) - 50) / 10]++;
    }

    assertThat(ChiSquare.deviations(counts)).isLessThan(4);
  }

  @Test
  void augmentsASampleInTheSameWayEachTime() {
    Transform[] transforms = {
      Transforms.randomResizedCrop(16),
      Transforms.randomFlip(),
      Transforms.colorJitter(1, 1, 1, 0.5)
    };
    byte[] first = apply(40, 60, 5, transforms);
    apply(30, 20, 6, transforms);

    assertThat(apply(40, 60, 5, transforms)).isEqualTo(first);
  }

  @Test
  void drawsTheSameForATransformWhateverTheOnesBeforeItDrew() {
    Transform drawsOnce = sample -> sample.random().nextLong();
    Transform drawsTwice =
        sample -> {
          sample.random().nextLong();
          sample.random().nextLong();
        };

    assertThat(apply(40, 60, 5, drawsOnce, Transforms.randomResizedCrop(16)))
        .isEqualTo(apply(40, 60, 5, drawsTwice, Transforms.randomResizedCrop(16)));
  }

  @Test
  void allocateNothingForAnImageOnceTheyHaveSeenTheLargest() {
    byte[] image = Noise.image(60, 80, 3);
    ImageShape shape = new ImageShape(60, 80, 3);
    PixelSource source = Noise.source(image, 80, 3);
    Transform[] transforms = {
      Transforms.randomResizedCrop(32),
      Transforms.randomCrop(30, 2),
      Transforms.randomFlip(),
      Transforms.colorJitter(0.4, 0.4, 0.4, 0.1),
      Transforms.grayscale(),
      Transforms.toRgb()
    };
    long[] allocated = new long[2];
    for (int round = 0; round < 2; round++) {
      long before = allocatedBytes();
      for (int position = 0; position < 2000; position++) {
        sample.start(shape, source, key(position));
        sample.apply(transforms);
        sample.pixels();
      }
      allocated[round] = allocatedBytes() - before;
    }

    assertThat(allocated[1]).isLessThan(2000 * 16);
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void runsAFunctionOfOnesOwn() {
    Transform invert =
        sample -> {
          byte[] pixels = sample.pixels();
          for (int i = 0; i < sample.height() * sample.width() * sample.channels(); i++) {
            pixels[i] = (byte) ~pixels[i];
          }
        };

    byte[] inverted = apply(3, 3, 0, invert);

    byte[] image = Noise.image(3, 3, 3);
    assertThat(IntStream.range(0, 27)).allMatch(i -> inverted[i] == (byte) ~image[i]);
  }

  @Test
  void refusesARectangleThatIsLargerThanThePaddedImage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> apply(10, 20, 0, Transforms.randomCrop(16, 2)))
        .withMessage(
            "randomCrop(16, 16, padding=2) needs an image at least as large, but it has only 14x24"
                + " when padded");
  }

  @Test
  void refusesColorsOfFourChannels() {
    sample.start(new ImageShape(1, 1, 4), Noise.source(new byte[4], 1, 4), 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sample.apply(new Transform[] {Transforms.colorJitter(1, 0, 0, 0)}))
        .withMessageContaining("has 4");
  }

  @Test
  void refusesParametersOutOfTheirRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomFlip(1.5))
        .withMessage("probability must be from 0.0 to 1.0, but is 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.colorJitter(0, 0, 0, 0.6))
        .withMessage("hue must be from 0.0 to 0.5, but is 0.6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomResizedCrop(1, 1, 0.5, 0.4, 1, 1))
        .withMessage("greatestArea must be from 0.5 to 1.0, but is 0.4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.resize(0))
        .withMessage("shorterSide must be at least 1, but is 0");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void saysWhatItDoes(Transform transform, String text) {
    assertThat(transform).hasToString(text);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of(Transforms.resize(256), "resize(256)"),
        Arguments.of(Transforms.resize(2, 3), "resize(2, 3)"),
        Arguments.of(Transforms.centerCrop(224), "centerCrop(224, 224)"),
        Arguments.of(Transforms.randomCrop(32, 4), "randomCrop(32, 32, padding=4)"),
        Arguments.of(
            Transforms.randomResizedCrop(224),
            "randomResizedCrop(224, 224, area=0.08..1.0, ratio=0.75..1.3333333333333333)"),
        Arguments.of(Transforms.randomFlip(), "randomFlip(0.5)"),
        Arguments.of(Transforms.randomVerticalFlip(1), "randomVerticalFlip(1.0)"),
        Arguments.of(
            Transforms.colorJitter(0.4, 0.3, 0.2, 0.1),
            "colorJitter(brightness=0.4, contrast=0.3, saturation=0.2, hue=0.1)"),
        Arguments.of(Transforms.grayscale(), "grayscale()"),
        Arguments.of(Transforms.toRgb(), "toRgb()"),
        Arguments.of(Transforms.toFloat(), "toFloat()"),
        Arguments.of(
            Transforms.toFloat().normalize(new float[] {0.5f}, new float[] {0.25f}),
            "toFloat().normalize([0.5], [0.25])"));
  }

  private byte[] apply(int height, int width, int position, Transform... transforms) {
    byte[] image = Noise.image(height, width, 3);
    sample.start(new ImageShape(height, width, 3), Noise.source(image, width, 3), key(position));
    sample.apply(transforms);
    return Arrays.copyOf(sample.pixels(), (int) sample.shape().byteCount());
  }

  /** What a transform wants of an image. */
  private View view(int height, int width, int position, Transform transform) {
    View[] asked = new View[1];
    sample.start(
        new ImageShape(height, width, 1),
        (view, raster) -> {
          asked[0] = view;
          raster.allocate(view.height, view.width, 1);
          // Kept as it is while it's read.
          throw new Asked();
        },
        key(position));
    sample.apply(new Transform[] {transform});
    try {
      sample.pixels();
    } catch (Asked e) {
      return asked[0];
    }
    throw new AssertionError("Nothing was read");
  }

  private static final class Asked extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static long key(int position) {
    return CounterBits.key(17, 0, position);
  }

  private static int bucket(double share) {
    return Math.max(0, Math.min(9, (int) (share * 10)));
  }

  private static byte[] rectangle(
      int imageHeight, int imageWidth, int top, int left, int height, int width) {
    byte[] image = Noise.image(imageHeight, imageWidth, 3);
    byte[] pixels = new byte[height * width * 3];
    for (int row = 0; row < height; row++) {
      System.arraycopy(
          image, ((top + row) * imageWidth + left) * 3, pixels, row * width * 3, width * 3);
    }
    return pixels;
  }
}
