package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngEncoderTest {
  private final PngEncoder encoder = new PngEncoder();
  private final Random random = new Random(42);

  private static byte[] fill(int length, IntUnaryOperator sample) {
    byte[] pixels = new byte[length];
    for (int i = 0; i < length; i++) {
      pixels[i] = (byte) sample.applyAsInt(i);
    }
    return pixels;
  }

  private byte[] encode(int height, int width, int channels, byte[] pixels) {
    return encode(new ImageShape(height, width, channels), pixels);
  }

  private byte[] encode(ImageShape shape, byte[] pixels) {
    ByteBuffer png = encoder.encode(shape, ByteBuffer.wrap(pixels));
    byte[] bytes = new byte[png.remaining()];
    png.get(bytes);
    return bytes;
  }

  private static byte[] byImageIo(byte[] png) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    int[] samples =
        image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    return fill(samples.length, i -> samples[i]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void imageIoReadsWhatWasEncoded(int channels) throws IOException {
    for (int round = 0; round < 60; round++) {
      int height = 1 + random.nextInt(40);
      int width = 1 + random.nextInt(40);
      int spread = 1 + random.nextInt(256);
      int run = 1 + random.nextInt(20);
      int[] value = {0};
      byte[] pixels =
          fill(
              height * width * channels,
              i -> value[0] = random.nextInt(run) == 0 ? random.nextInt(spread) : value[0]);

      assertThat(byImageIo(encode(height, width, channels, pixels))).isEqualTo(pixels);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void imageIoReadsSixteenBitsASample(int channels) throws IOException {
    ImageShape shape = new ImageShape(9, 7, channels, SampleType.UINT16);
    byte[] pixels = TestPng.bytes((int) shape.byteCount(), random);

    BufferedImage image = ImageIO.read(new ByteArrayInputStream(encode(shape, pixels)));

    int[] samples = image.getRaster().getPixels(0, 0, 7, 9, (int[]) null);
    ByteBuffer littleEndian = ByteBuffer.wrap(pixels).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(samples)
        .isEqualTo(
            IntStream.range(0, samples.length)
                .map(i -> littleEndian.getShort(2 * i) & 0xffff)
                .toArray());
  }

  @ParameterizedTest
  @CsvSource({"700,300,3", "1,90000,4", "90000,1,1", "300,300,4"})
  void imagesOfManyBlocksAreEncoded(int height, int width, int channels) throws IOException {
    byte[] noise = TestPng.bytes(height * width * channels, random);
    byte[] smooth = fill(noise.length, i -> i / 100 + random.nextInt(4));

    assertThat(byImageIo(encode(height, width, channels, noise))).isEqualTo(noise);
    assertThat(byImageIo(encode(height, width, channels, smooth))).isEqualTo(smooth);
  }

  @Test
  void noiseGrowsByLessThanAThousandth() {
    byte[] noise = TestPng.bytes(1000 * 1000 * 3, random);

    assertThat(encode(1000, 1000, 3, noise).length).isLessThan(3_003_000);
  }

  @Test
  void anImageOfOneColorIsTiny() {
    byte[] flat = fill(1000 * 1000 * 3, i -> 77);

    assertThat(encode(1000, 1000, 3, flat).length).isLessThan(10_000);
  }

  @Test
  void aNaturalImageIsNoLargerThanImageIoMakesIt() throws IOException {
    int size = 128;
    byte[] pixels = new byte[size * size * 3];
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double value = 128 + 60 * Math.sin(x / 17.0 + c) + 50 * Math.cos(y / 11.0 - x / 31.0);
          int sample = (int) Math.max(0, Math.min(255, value + 4 * random.nextGaussian()));
          pixels[(y * size + x) * 3 + c] = (byte) sample;
          rgb = rgb << 8 | sample;
        }
        image.setRGB(x, y, rgb);
      }
    }
    ByteArrayOutputStream theirs = new ByteArrayOutputStream();
    ImageIO.write(image, "png", theirs);

    assertThat(encode(size, size, 3, pixels).length).isLessThanOrEqualTo(theirs.size());
  }

  @Test
  void pixelsThatDoNotFitTheSizeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encode(2, 2, 3, new byte[11]))
        .withMessageContaining("11 bytes for 2x2x3");
  }

  @Test
  void anEncoderIsAsGoodAsNewAfterALargeImage() throws IOException {
    byte[] small = TestPng.bytes(48, random);
    byte[] before = encode(4, 4, 3, small);
    encode(2000, 1000, 3, new byte[6_000_000]);

    byte[] after = encode(4, 4, 3, small);

    assertThat(after).isEqualTo(before);
    assertThat(byImageIo(after)).isEqualTo(small);
  }
}
