package io.imagestore.internal.png;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.internal.png.RandomPng.Kind;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PngDecoderTest {
  private final PngDecoder decoder = new PngDecoder();

  @AfterEach
  void close() {
    decoder.close();
  }

  private byte[] decode(byte[] file) {
    PngChunks png = PngChunks.read(ByteBuffer.wrap(file));
    byte[] pixels = new byte[(int) png.shape().byteCount()];
    decoder.decode(ByteBuffer.wrap(file), png, ByteBuffer.wrap(pixels));
    return pixels;
  }

  static Stream<Kind> kinds() {
    return Kind.all();
  }

  static Stream<Kind> kindsThatImageIoReads() {
    return kinds().filter(kind -> kind.bitDepth() < 16);
  }

  private static final int[][] SIZES = {{1, 1}, {2, 3}, {5, 5}, {8, 8}, {9, 17}, {33, 20}};

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindIsReadAsItWasMade(Kind kind) {
    for (int[] size : SIZES) {
      RandomPng image = kind.image(size[0], size[1]);

      assertThat(PngChunks.read(ByteBuffer.wrap(image.file())).shape()).isEqualTo(image.shape());
      assertThat(decode(image.file())).isEqualTo(image.pixels());
    }
  }

  @ParameterizedTest
  @MethodSource("kindsThatImageIoReads")
  void everyKindIsReadAsImageIoReadsIt(Kind kind) throws IOException {
    for (int[] size : SIZES) {
      byte[] png = kind.image(size[0], size[1]).file(50);

      assertThat(decode(png))
          .isEqualTo(byImageIo(png, kind.colorType(), kind.bitDepth(), kind.transparent()));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aPartIsReadAsItIsInTheWhole(Kind kind) {
    RandomPng image = kind.image(33, 20);
    ByteBuffer file = ByteBuffer.wrap(image.file());
    PngChunks png = PngChunks.read(file);
    Random random = new Random(9);
    for (int round = 0; round < 20; round++) {
      int x = random.nextInt(33);
      int y = random.nextInt(20);
      DecodeRegion region =
          new DecodeRegion(1, x, y, 1 + random.nextInt(33 - x), 1 + random.nextInt(20 - y));
      ByteBuffer part = ByteBuffer.allocate((int) region.shape(image.shape()).byteCount());

      decoder.decode(file, png, region, part);

      assertThat(part.array()).isEqualTo(cropped(image, region));
    }
  }

  private static byte[] cropped(RandomPng image, DecodeRegion region) {
    int pixelBytes = image.shape().channels() * image.shape().sampleType().bytes();
    ByteBuffer part = ByteBuffer.allocate(region.height() * region.width() * pixelBytes);
    for (int row = region.y(); row < region.y() + region.height(); row++) {
      int at = (row * image.shape().width() + region.x()) * pixelBytes;
      part.put(image.pixels(), at, region.width() * pixelBytes);
    }
    return part.array();
  }

  @Test
  void rowsBelowThePartAreNotInflated() {
    byte[] rows = new byte[4 * 3];
    rows[9] = 7; // no filter, in the last of four rows of two gray pixels
    byte[] file = new TestPng().header(2, 4, 8, 0, 0).chunk("IDAT", TestPng.deflate(rows)).end();
    PngChunks png = PngChunks.read(ByteBuffer.wrap(file));

    decoder.decode(
        ByteBuffer.wrap(file), png, new DecodeRegion(1, 0, 0, 2, 3), ByteBuffer.allocate(6));

    assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> decode(file));
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
  void theDataMayBeCutIntoChunksAnywhere(int cut) {
    RandomPng image = new Kind(2, 8, false, false).image(20, 30);

    assertThat(decode(image.file(cut))).isEqualTo(image.pixels());
  }

  @ParameterizedTest
  @CsvSource({"3000,40", "40,3000", "30000,3"})
  void anImageOfManyBandsIsReadInEveryFilter(int width, int height) {
    RandomPng image = new Kind(6, 16, false, false).image(width, height);

    assertThat(decode(image.file())).isEqualTo(image.pixels());
  }

  @Test
  void aRowLongerThanABandIsRead() throws IOException {
    Random random = new Random(3);
    byte[] pixels = TestPng.bytes(3 * 100_000, random);

    assertThat(decode(TestPng.encode(1, 100_000, 3, pixels))).isEqualTo(pixels);
    assertThat(decode(TestPng.encode(100_000, 1, 3, pixels))).isEqualTo(pixels);
  }

  @Test
  void aPaletteMayHaveMoreColorsThanTheDepthCanTell() {
    byte[] palette = TestPng.bytes(3 * 256, new Random(2));
    byte[] file =
        new TestPng()
            .header(1, 1, 1, 3, 0)
            .chunk("PLTE", palette)
            .chunk("IDAT", TestPng.deflate(new byte[] {0, (byte) 0x80}))
            .end();

    assertThat(decode(file)).isEqualTo(Arrays.copyOfRange(palette, 3, 6));
  }

  static Stream<byte[]> smallPngs() {
    return Stream.of(
        TestPng.encode(5, 4, 3, TestPng.bytes(5 * 4 * 3, new Random(5))),
        new Kind(3, 8, false, true).image(5, 4).file(20),
        new Kind(0, 4, true, true).image(5, 4).file(),
        new Kind(6, 16, true, false).image(3, 3).file());
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
    } catch (DecodeException | UnsupportedImageException e) {
      return e.getMessage() != null;
    }
  }

  @ParameterizedTest
  @MethodSource("smallPngs")
  void aTruncatedFileIsRefusedWhereverItEnds(byte[] png) {
    for (int length = 0; length < png.length; length++) {
      byte[] part = Arrays.copyOf(png, length);

      assertThatExceptionOfType(DecodeException.class)
          .as("%d bytes", length)
          .isThrownBy(() -> decode(part));
    }
  }

  @ParameterizedTest
  @CsvSource({"20000,20000,0", "2147483647,2147483647,1", "1,2147483647,0", "2147483647,1,0"})
  void anAreaThatTheDataCannotHoldIsRefusedBeforeMemoryIsTaken(
      int width, int height, int interlace) {
    byte[] png =
        new TestPng().header(width, height, 16, 6, interlace).chunk("IDAT", new byte[17]).end();

    assertThat(png).hasSize(74);
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> PngChunks.read(ByteBuffer.wrap(png)))
        .withMessageContaining("17 bytes of data can't hold " + width + "×" + height);
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
        Arguments.of("color type 5", new TestPng().header(1, 1, 8, 5, 0).chunk("IDAT", line).end()),
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
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(png))
        .withMessageContaining(fault);
  }

  @Test
  void anUnknownCriticalChunkIsNoDamage() {
    byte[] png =
        new TestPng()
            .header(1, 1, 8, 0, 0)
            .chunk("ABCD", new byte[0])
            .chunk("IDAT", TestPng.deflate(new byte[2]))
            .end();

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> decode(png))
        .withMessageContaining("critical chunk ABCD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"zTXt", "iCCP", "iTXt", "eXIf", "fdAT", "prVt"})
  void whatAnAncillaryChunkHoldsIsNotLookedAt(String type) {
    byte[] png =
        new TestPng()
            .header(1, 1, 8, 0, 0)
            .chunk(type, TestPng.deflate(new byte[1 << 24]))
            .chunk("IDAT", TestPng.deflate(new byte[] {0, 7}))
            .end();

    assertThat(decode(png)).containsExactly(7);
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
    assertThatExceptionOfType(DecodeException.class).isThrownBy(() -> decode(cut));

    assertThat(decode(whole)).isEqualTo(pixels);
  }
}
