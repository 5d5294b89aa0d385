package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngDecoderTest {
  private final PngDecoder decoder = new PngDecoder(1L << 28);

  @AfterEach
  void close() {
    decoder.close();
  }

  private byte[] decode(byte[] png) throws PngException {
    decoder.start(ByteBuffer.wrap(png));
    byte[] pixels = new byte[decoder.height() * decoder.width() * decoder.channels()];
    decoder.finish(pixels);
    return pixels;
  }

  static Stream<Arguments> kinds() {
    int[][] kinds = {
      {0, 1}, {0, 2}, {0, 4}, {0, 8}, {2, 8}, {3, 1}, {3, 2}, {3, 4}, {3, 8}, {4, 8}, {6, 8}
    };
    return Arrays.stream(kinds)
        .flatMap(
            kind ->
                Stream.of(false, true)
                    .flatMap(
                        interlaced ->
                            Stream.of(false, true)
                                .filter(transparent -> !transparent || kind[0] < 4)
                                .map(
                                    transparent ->
                                        Arguments.of(kind[0], kind[1], interlaced, transparent))));
  }

  @ParameterizedTest(name = "colour type {0}, {1} bits, interlaced {2}, tRNS {3}")
  @MethodSource("kinds")
  void everyKindIsReadAsImageIoReadsIt(
      int colorType, int bitDepth, boolean interlaced, boolean transparent) throws IOException {
    int[][] sizes = {{1, 1}, {2, 3}, {5, 5}, {8, 8}, {9, 17}, {33, 20}};
    for (int[] size : sizes) {
      byte[] png =
          TestPng.random(size[0], size[1], bitDepth, colorType, interlaced, transparent, 50);

      assertThat(decode(png)).isEqualTo(byImageIo(png, colorType, bitDepth, transparent));
    }
  }

  /** What another decoder makes of it, in our form. */
  private static byte[] byImageIo(byte[] png, int colorType, int bitDepth, boolean transparent)
      throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    int channels =
        (colorType == 0 ? 1 : colorType == 4 ? 2 : colorType == 6 ? 4 : 3) + (transparent ? 1 : 0);
    byte[] pixels = new byte[image.getHeight() * image.getWidth() * channels];
    int at = 0;
    int transparentGray =
        colorType == 0 && transparent ? chunk(png, "tRNS")[1] & ((1 << bitDepth) - 1) : -1;
    byte[] transparentColor = colorType == 2 && transparent ? chunk(png, "tRNS") : new byte[6];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (colorType == 0 || colorType == 4) {
          int[] samples = image.getRaster().getPixel(x, y, (int[]) null);
          // ImageIO leaves low depths as they are in the raster, and knows nothing of tRNS there.
          int value = samples[0];
          boolean scaled = image.getRaster().getSampleModel().getSampleSize(0) == 8;
          pixels[at++] = (byte) (scaled ? value : value * 255 / ((1 << bitDepth) - 1));
          if (colorType == 4) {
            pixels[at++] = (byte) samples[1];
          } else if (transparent) {
            int raw = scaled ? value * ((1 << bitDepth) - 1) / 255 : value;
            pixels[at++] = (byte) (raw == transparentGray ? 0 : 255);
          }
        } else {
          int argb = image.getRGB(x, y);
          pixels[at++] = (byte) (argb >> 16);
          pixels[at++] = (byte) (argb >> 8);
          pixels[at++] = (byte) argb;
          if (colorType == 2 && transparent) {
            int color =
                (transparentColor[1] & 0xff) << 16
                    | (transparentColor[3] & 0xff) << 8
                    | (transparentColor[5] & 0xff);
            pixels[at++] = (byte) ((argb & 0xffffff) == color ? 0 : 255);
          } else if (channels == 4) {
            pixels[at++] = (byte) (argb >> 24);
          }
        }
      }
    }
    return pixels;
  }

  private static byte[] chunk(byte[] png, String type) {
    String text = new String(png, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(type);
    return Arrays.copyOfRange(png, at + 4, at + 4 + ByteBuffer.wrap(png).getInt(at - 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 1000})
  void theDataMayBeCutIntoChunksAnywhere(int cut) throws IOException {
    byte[] whole = decode(TestPng.random(20, 30, 8, 2, false, false, 1 << 20));

    assertThat(decode(TestPng.random(20, 30, 8, 2, false, false, cut))).isEqualTo(whole);
  }

  @Test
  void aRowLongerThanABandIsRead() throws IOException {
    Random random = new Random(3);
    byte[] pixels = TestPng.bytes(3 * 100_000, random);

    assertThat(decode(TestPng.encode(1, 100_000, 3, pixels))).isEqualTo(pixels);
    assertThat(decode(TestPng.encode(100_000, 1, 3, pixels))).isEqualTo(pixels);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 6})
  void sixteenBitsASampleAreRefusedAsTheyWouldBeLost(int colorType) {
    byte[] png = TestPng.random(4, 4, 16, colorType, false, false, 1000);

    assertThatExceptionOfType(UnsupportedPngException.class)
        .isThrownBy(() -> decoder.start(ByteBuffer.wrap(png)))
        .withMessageContaining("16 bits");
  }

  static Stream<byte[]> smallPngs() {
    byte[] pixels = TestPng.bytes(5 * 4 * 3, new Random(5));
    return Stream.of(
        TestPng.encode(5, 4, 3, pixels),
        TestPng.random(5, 4, 8, 3, false, true, 20),
        TestPng.random(5, 4, 4, 0, true, true, 1000));
  }

  @ParameterizedTest
  @MethodSource("smallPngs")
  void aFlippedBitGivesAnExceptionOrTheRightPixels(byte[] png) throws IOException {
    byte[] right = decode(png);
    for (int bit = 0; bit < 8 * png.length; bit++) {
      byte[] damaged = png.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);

      assertThat(rightOrRefused(damaged, right)).as("bit %d", bit).isTrue();
    }
  }

  private boolean rightOrRefused(byte[] png, byte[] right) {
    try {
      return Arrays.equals(decode(png), right);
    } catch (PngException e) {
      return e.getMessage() != null;
    }
  }

  @ParameterizedTest
  @MethodSource("smallPngs")
  void aTruncatedFileIsRefusedWhereverItEnds(byte[] png) {
    for (int length = 0; length < png.length; length++) {
      byte[] part = Arrays.copyOf(png, length);

      assertThatExceptionOfType(PngException.class)
          .as("%d bytes", length)
          .isThrownBy(() -> decode(part));
    }
  }

  @Test
  void anAreaOverTheLimitIsRefusedBeforeMemoryIsTaken() {
    byte[] png = new TestPng().header(20_000, 20_000, 8, 2, 0).chunk("IDAT", new byte[17]).end();

    assertThat(png).hasSize(74);
    assertThatExceptionOfType(UnsupportedPngException.class)
        .isThrownBy(() -> decoder.start(ByteBuffer.wrap(png)))
        .withMessageContaining("20000×20000");
  }

  @Test
  void anAreaThatTheDataCannotHoldIsRefusedBeforeMemoryIsTaken() {
    byte[] png = new TestPng().header(16_000, 16_000, 8, 2, 0).chunk("IDAT", new byte[17]).end();

    assertThatExceptionOfType(PngException.class)
        .isThrownBy(() -> decoder.start(ByteBuffer.wrap(png)))
        .withMessageContaining("17 bytes");
  }

  @Test
  void aLimitOfOnesOwnHolds() {
    try (PngDecoder small = new PngDecoder(99)) {
      byte[] png = TestPng.random(10, 10, 8, 0, false, false, 1000);

      assertThatExceptionOfType(UnsupportedPngException.class)
          .isThrownBy(() -> small.start(ByteBuffer.wrap(png)));
    }
  }

  static Stream<Arguments> malformed() {
    byte[] line = TestPng.deflate(new byte[] {0, 7});
    byte[] damagedSum = line.clone();
    damagedSum[damagedSum.length - 1]++;
    byte[] none = new byte[0];
    return Stream.of(
        Arguments.of("Not a PNG", "GIF89a and so on".getBytes(StandardCharsets.US_ASCII)),
        Arguments.of("first chunk", new TestPng().chunk("IDAT", line).end()),
        Arguments.of("No IDAT", new TestPng().header(1, 1, 8, 0, 0).end()),
        Arguments.of("width 0", new TestPng().header(0, 1, 8, 0, 0).chunk("IDAT", line).end()),
        Arguments.of(
            "colour type 5", new TestPng().header(1, 1, 8, 5, 0).chunk("IDAT", line).end()),
        Arguments.of("bit depth 4", new TestPng().header(1, 1, 4, 2, 0).chunk("IDAT", line).end()),
        Arguments.of(
            "interlace method 2", new TestPng().header(1, 1, 8, 0, 2).chunk("IDAT", line).end()),
        Arguments.of("No PLTE", new TestPng().header(1, 1, 8, 3, 0).chunk("IDAT", line).end()),
        Arguments.of(
            "palette index 7",
            new TestPng()
                .header(1, 1, 8, 3, 0)
                .chunk("PLTE", new byte[6])
                .chunk("IDAT", line)
                .end()),
        Arguments.of(
            "4 bytes",
            new TestPng()
                .header(1, 1, 8, 3, 0)
                .chunk("PLTE", new byte[4])
                .chunk("IDAT", line)
                .end()),
        Arguments.of(
            "tRNS",
            new TestPng()
                .header(1, 1, 8, 4, 0)
                .chunk("tRNS", new byte[2])
                .chunk("IDAT", line)
                .end()),
        Arguments.of(
            "after IDAT",
            new TestPng()
                .header(1, 1, 8, 2, 0)
                .chunk("IDAT", line)
                .chunk("PLTE", new byte[3])
                .end()),
        Arguments.of(
            "not consecutive",
            new TestPng()
                .header(1, 1, 8, 0, 0)
                .chunk("IDAT", line)
                .chunk("tEXt", none)
                .chunk("IDAT", none)
                .end()),
        Arguments.of(
            "second IHDR",
            new TestPng().header(1, 1, 8, 0, 0).header(1, 1, 8, 0, 0).chunk("IDAT", line).end()),
        Arguments.of(
            "critical chunk ABCD",
            new TestPng().header(1, 1, 8, 0, 0).chunk("ABCD", none).chunk("IDAT", line).end()),
        Arguments.of(
            "filter type 9",
            new TestPng()
                .header(1, 1, 8, 0, 0)
                .chunk("IDAT", TestPng.deflate(new byte[] {9, 7}))
                .end()),
        Arguments.of("too early", new TestPng().header(1, 2, 8, 0, 0).chunk("IDAT", line).end()),
        Arguments.of(
            "More compressed data",
            new TestPng().header(1, 1, 8, 0, 0).chunk("IDAT", TestPng.deflate(new byte[3])).end()),
        Arguments.of(
            "garbage",
            new TestPng()
                .header(1, 1, 8, 0, 0)
                .chunk("IDAT", Arrays.copyOf(line, line.length + 1))
                .end()),
        Arguments.of(
            "garbage",
            new TestPng()
                .header(1, 1, 8, 0, 0)
                .chunk("IDAT", line)
                .chunk("IDAT", new byte[5])
                .end()),
        Arguments.of(
            "cut off",
            new TestPng()
                .header(1, 1, 8, 0, 0)
                .chunk("IDAT", Arrays.copyOf(line, line.length - 1))
                .end()),
        Arguments.of(
            "damaged", new TestPng().header(1, 1, 8, 0, 0).chunk("IDAT", damagedSum).end()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedFileIsRefusedWithItsFault(String fault, byte[] png) {
    assertThatExceptionOfType(PngException.class)
        .isThrownBy(() -> decode(png))
        .withMessageContaining(fault);
  }

  @Test
  void aDecoderIsAsGoodAsNewAfterAFailure() throws IOException {
    byte[] pixels = TestPng.bytes(12, new Random(1));
    byte[] whole = TestPng.encode(2, 2, 3, pixels);
    byte[] line = TestPng.deflate(new byte[] {0, 7});
    byte[] cut =
        new TestPng()
            .header(1, 1, 8, 0, 0)
            .chunk("IDAT", Arrays.copyOf(line, line.length - 1))
            .end();
    assertThatExceptionOfType(PngException.class).isThrownBy(() -> decode(cut));

    assertThat(decode(whole)).isEqualTo(pixels);
  }
}
