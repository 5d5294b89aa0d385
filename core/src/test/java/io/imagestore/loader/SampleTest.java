package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.ImageShape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class SampleTest {

  private final Sample sample = new Sample();

  @ParameterizedTest
  @CsvFileSource(
      resources = "pixels.csv",
      delimiter = '|',
      numLinesToSkip = 1,
      maxCharsPerColumn = 10_000)
  void givesThePixelsThatPillowGives(
      int height,
      int width,
      int channels,
      String steps,
      int resultHeight,
      int resultWidth,
      int resultChannels,
      String pixels) {
    start(Noise.image(height, width, channels), height, width, channels);

    for (String step : steps.split("; ", -1)) {
      apply(step);
    }

    ImageShape shape = new ImageShape(resultHeight, resultWidth, resultChannels);
    assertThat(sample.shape()).isEqualTo(shape);
    assertThat(told(result())).isEqualTo(pixels);
    assertThat(sample.shape()).isEqualTo(shape);
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = Python.VARIABLE,
      matches = ".+",
      disabledReason = Python.REASON)
  void isComparedWithWhatPillowStillGives() throws IOException, InterruptedException {
    try (InputStream published = getClass().getResourceAsStream("pixels.csv")) {
      assertThat(Python.run("src/test/python/pixel_vectors.py"))
          .isEqualTo(new String(published.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** Steps that are noted and done together later give what they give one by one. */
  @Test
  void givesTheSamePixelsHoweverLateTheyAreAskedFor() {
    SplittableRandom random = new SplittableRandom(20);
    for (int chain = 0; chain < 5000; chain++) {
      int height = random.nextInt(1, 20);
      int width = random.nextInt(1, 20);
      int channels = random.nextInt(1, 5);
      byte[] pixels = Noise.image(height, width, channels);
      List<String> steps = new ArrayList<>();
      start(pixels, height, width, channels);
      for (int step = random.nextInt(1, 7); step > 0; step--) {
        String drawn = anyStep(random, sample.height(), sample.width());
        steps.add(drawn);
        apply(drawn);
      }
      byte[] atTheEnd = result();

      start(pixels, height, width, channels);
      for (String step : steps) {
        apply(step);
        sample.pixels();
      }

      assertThat(atTheEnd).as("%dx%dx%d: %s", height, width, channels, steps).isEqualTo(result());
    }
  }

  private static String anyStep(SplittableRandom random, int height, int width) {
    int rows = random.nextInt(1, height + 1);
    int columns = random.nextInt(1, width + 1);
    return switch (random.nextInt(8)) {
      case 0, 1 ->
          "crop %d %d %d %d"
              .formatted(
                  random.nextInt(height - rows + 1),
                  random.nextInt(width - columns + 1),
                  rows,
                  columns);
      case 2 ->
          random
              .ints(4, 0, 4)
              .mapToObj(String::valueOf)
              .collect(Collectors.joining(" ", "pad ", ""));
      case 3 -> "resize " + random.nextInt(1, 20) + " " + random.nextInt(1, 20);
      case 4 -> "fliph";
      case 5 -> "flipv";
      case 6 -> "gray";
      default -> "rgb";
    };
  }

  @Test
  void asksTheSourceForNothingButTheRectangleThatIsNeeded() {
    View[] asked = new View[1];
    sample.start(
        new ImageShape(400, 600, 3),
        (view, raster) -> {
          asked[0] = view;
          assertThat(view)
              .extracting(v -> v.top, v -> v.left, v -> v.height, v -> v.width)
              .containsExactly(100, 200, 250, 300);
          assertThat(view.reduction()).isEqualTo(2);
          raster.allocate(view.height, view.width, 3);
        },
        0);

    sample.crop(100, 200, 250, 300);
    sample.resize(112, 112);
    sample.flipHorizontally();
    assertThat(asked[0]).as("what was read before pixels are needed").isNull();
    sample.pixels();

    assertThat(asked[0]).isNotNull();
  }

  @Test
  void readsTheSourceOnce() {
    AtomicInteger reads = new AtomicInteger();
    sample.start(
        new ImageShape(8, 8, 3),
        (view, raster) -> {
          reads.incrementAndGet();
          raster.allocate(8, 8, 3);
        },
        0);

    sample.resize(4, 4);
    sample.pixels();
    sample.resize(5, 5);
    sample.pixels();

    assertThat(reads).hasValue(1);
  }

  @Test
  void keepsWhatWasChangedInThePixels() {
    start(new byte[4 * 4], 4, 4, 1);

    sample.pixels()[5] = 9;
    sample.flipHorizontally();
    sample.crop(1, 0, 1, 4);

    assertThat(result()).containsExactly(0, 0, 9, 0);
  }

  @Test
  void takesAnotherImage() {
    start(new byte[4 * 4], 4, 4, 1);

    sample.replace(new ImageShape(1, 2, 3), new byte[] {1, 2, 3, 4, 5, 6, 7});
    sample.flipHorizontally();

    assertThat(sample.shape()).isEqualTo(new ImageShape(1, 2, 3));
    assertThat(result()).containsExactly(4, 5, 6, 1, 2, 3);
  }

  @Test
  void holdsNothingOfTheImageBefore() {
    start(Noise.image(40, 40, 3), 40, 40, 3);
    sample.pixels();

    start(new byte[4], 2, 2, 1);
    sample.pad(1, 1, 1, 1);

    assertThat(result()).containsOnly(0).hasSize(16);
  }

  @Test
  void resizesARectangleThatADecoderGaveSmaller() {
    // The image is 16 times 16, the decoder halves it, and the rectangle begins within a pixel.
    sample.start(
        new ImageShape(16, 16, 1),
        (view, raster) -> {
          raster.allocate(8, 8, 1);
          Arrays.fill(raster.samples, 0, 64, (byte) 100);
          raster.top = view.top / 2.0;
          raster.left = view.left / 2.0;
          raster.bottom = (view.top + view.height) / 2.0;
          raster.right = (view.left + view.width) / 2.0;
        },
        0);

    sample.crop(3, 5, 10, 11);
    sample.resize(4, 5);

    assertThat(result()).hasSize(20).containsOnly(100);
  }

  @Test
  void refusesACropThatReachesBeyondTheImage() {
    start(new byte[12], 3, 4, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sample.crop(1, 2, 2, 3))
        .withMessage("A crop of 2x3 at row 1, column 2 doesn't lie within an image of 3x4");
  }

  @Test
  void refusesARectangleWithoutPixels() {
    start(new byte[12], 3, 4, 1);

    assertThatIllegalArgumentException().isThrownBy(() -> sample.crop(0, 0, 0, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sample.resize(0, 3))
        .withMessage("height must be at least 1, but is 0");
  }

  @Test
  void refusesWhatNoArrayHolds() {
    start(new byte[12], 3, 4, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sample.pad(Integer.MAX_VALUE, 0, 0, 0))
        .withMessageContaining("too large");
    sample.resize(50_000, 50_000);
    assertThatIllegalArgumentException()
        .isThrownBy(sample::pixels)
        .withMessageContaining("50000x50000x1 is too large");
  }

  @Test
  void refusesFewerPixelsThanTheShapeSays() {
    start(new byte[12], 3, 4, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sample.replace(new ImageShape(2, 2, 3), new byte[11]))
        .withMessage("An image of 2x2x3 takes 12 bytes, but there are only 11");
  }

  @Test
  void refusesStepsBehindTheLast() {
    start(new byte[12], 3, 4, 1);
    Transforms.toFloat().apply(sample);

    assertThatIllegalStateException()
        .isThrownBy(sample::flipHorizontally)
        .withMessageContaining("toFloat(), which has to be the last transform");
  }

  private void start(byte[] pixels, int height, int width, int channels) {
    sample.start(new ImageShape(height, width, channels), Noise.source(pixels, width, channels), 0);
  }

  private void apply(String step) {
    String[] words = step.split(" ", -1);
    double[] numbers = Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray();
    int[] whole = Arrays.stream(numbers).mapToInt(number -> (int) number).toArray();
    switch (words[0]) {
      case "crop" -> sample.crop(whole[0], whole[1], whole[2], whole[3]);
      case "pad" -> sample.pad(whole[0], whole[1], whole[2], whole[3]);
      case "resize" -> sample.resize(whole[0], whole[1]);
      case "fliph" -> sample.flipHorizontally();
      case "flipv" -> sample.flipVertically();
      case "gray" -> sample.toGray();
      case "rgb" -> sample.toRgb();
      case "brightness" -> ColorJitter.changeBrightness(sample, (float) numbers[0]);
      case "contrast" -> ColorJitter.changeContrast(sample, (float) numbers[0]);
      case "saturation" -> ColorJitter.changeSaturation(sample, (float) numbers[0]);
      case "hue" -> ColorJitter.turnHue(sample, numbers[0]);
      default -> throw new IllegalArgumentException(step);
    }
  }

  private byte[] result() {
    byte[] pixels = sample.pixels();
    return Arrays.copyOf(pixels, (int) sample.shape().byteCount());
  }

  private static String told(byte[] pixels) {
    return pixels.length <= 1024
        ? Base64.getEncoder().encodeToString(pixels)
        : "sha256:" + HexFormat.of().formatHex(sha256(pixels));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
