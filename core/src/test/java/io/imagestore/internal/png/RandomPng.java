package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/**
 * An image of random samples: as a PNG of some kind, written straight from the specification, and
 * as the pixels that it must be read as.
 */
final class RandomPng {
  private static final int[] SAMPLES = {1, 0, 3, 1, 2, 0, 4};

  /** Of each pass of section 8.2: first column, first row, steps. */
  private static final int[][] ADAM7 = {
    {0, 0, 8, 8},
    {4, 0, 8, 8},
    {0, 4, 4, 8},
    {2, 0, 4, 4},
    {0, 2, 2, 4},
    {1, 0, 2, 2},
    {0, 1, 1, 2}
  };

  /** What IHDR, PLTE and tRNS tell. */
  record Kind(int colorType, int bitDepth, boolean interlaced, boolean transparent) {
    static Stream<Kind> all() {
      int[][] depths = {{1, 2, 4, 8, 16}, {}, {8, 16}, {1, 2, 4, 8}, {8, 16}, {}, {8, 16}};
      return Stream.of(0, 2, 3, 4, 6)
          .flatMap(
              type ->
                  Arrays.stream(depths[type])
                      .boxed()
                      .flatMap(
                          depth ->
                              Stream.of(
                                      new Kind(type, depth, false, false),
                                      new Kind(type, depth, true, false),
                                      new Kind(type, depth, false, true),
                                      new Kind(type, depth, true, true))
                                  .filter(kind -> !kind.transparent || type < 4)));
    }

    RandomPng image(int width, int height) {
      return new RandomPng(this, width, height);
    }
  }

  private final Kind kind;
  private final int width;
  private final int height;
  private final Random random;

  /** As IHDR's bit depth has them; of a palette, its indices. */
  private final int[] samples;

  private final byte[] palette;
  private final byte[] transparency;

  private RandomPng(Kind kind, int width, int height) {
    this.kind = kind;
    this.width = width;
    this.height = height;
    random = new Random(31L * width + 17L * height + kind.hashCode());
    int most = 1 << kind.bitDepth;
    int colors = kind.colorType == 3 ? 1 + random.nextInt(most) : most;
    samples = new int[width * height * samplesAPixel()];
    Arrays.setAll(samples, i -> random.nextInt(colors));
    palette = TestPng.bytes(kind.colorType == 3 ? 3 * colors : 0, random);
    transparency = kind.transparent ? transparency(colors) : new byte[0];
  }

  private int samplesAPixel() {
    return SAMPLES[kind.colorType];
  }

  /** A palette's alphas; or a color, of which some pixels are, and some are nearly. */
  private byte[] transparency(int colors) {
    if (kind.colorType == 3) {
      return TestPng.bytes(1 + random.nextInt(colors), random);
    }
    int count = samplesAPixel();
    int[] key = Arrays.copyOf(samples, count);
    for (int at = 0; at < samples.length; at += count) {
      if (random.nextInt(3) == 0) {
        System.arraycopy(key, 0, samples, at, count);
        samples[at + random.nextInt(count)] ^= random.nextInt(2);
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(2 * count);
    Arrays.stream(key).forEach(sample -> bytes.putShort((short) sample));
    return bytes.array();
  }

  ImageShape shape() {
    int channels = kind.colorType == 3 ? 3 : samplesAPixel();
    return new ImageShape(
        height,
        width,
        channels + (kind.transparent ? 1 : 0),
        kind.bitDepth == 16 ? SampleType.UINT16 : SampleType.UINT8);
  }

  /** The file, its data in one chunk. */
  byte[] file() {
    return file(Integer.MAX_VALUE);
  }

  /** The file, its data cut into chunks of this many bytes. */
  byte[] file(int cut) {
    TestPng png =
        new TestPng().header(width, height, kind.bitDepth, kind.colorType, kind.interlaced ? 1 : 0);
    if (palette.length > 0) {
      png.chunk("PLTE", palette);
    }
    if (kind.transparent) {
      png.chunk("tRNS", transparency);
    }
    byte[] data = TestPng.deflate(rows());
    for (int from = 0; from < data.length; from += Math.min(cut, data.length - from)) {
      png.chunk("IDAT", Arrays.copyOfRange(data, from, from + Math.min(cut, data.length - from)));
    }
    return png.chunk("tEXt", "Comment\0none".getBytes(StandardCharsets.US_ASCII)).end();
  }

  private byte[] rows() {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    for (int[] pass : kind.interlaced ? ADAM7 : new int[][] {{0, 0, 1, 1}}) {
      byte[] prior = new byte[0];
      for (int y = pass[1]; y < height && pass[0] < width; y += pass[3]) {
        byte[] row = packed(y, pass[0], pass[2]);
        int filter = random.nextInt(5);
        rows.write(filter);
        rows.writeBytes(filtered(filter, row, prior.length == 0 ? new byte[row.length] : prior));
        prior = row;
      }
    }
    return rows.toByteArray();
  }

  private byte[] packed(int y, int first, int step) {
    int count = samplesAPixel();
    int pixels = (width - first + step - 1) / step;
    byte[] row = new byte[(pixels * count * kind.bitDepth + 7) / 8];
    int bit = 0;
    for (int x = first; x < width; x += step) {
      for (int i = 0; i < count; i++) {
        int sample = samples[(y * width + x) * count + i];
        for (int b = kind.bitDepth - 1; b >= 0; b--, bit++) {
          row[bit / 8] |= (byte) ((sample >> b & 1) << (7 - bit % 8));
        }
      }
    }
    return row;
  }

  private byte[] filtered(int filter, byte[] row, byte[] prior) {
    int distance = Math.max(1, samplesAPixel() * kind.bitDepth / 8);
    byte[] out = new byte[row.length];
    for (int i = 0; i < row.length; i++) {
      int a = i < distance ? 0 : row[i - distance] & 0xff;
      int b = prior[i] & 0xff;
      int c = i < distance ? 0 : prior[i - distance] & 0xff;
      int predicted =
          switch (filter) {
            case 0 -> 0;
            case 1 -> a;
            case 2 -> b;
            case 3 -> (a + b) / 2;
            default -> paeth(a, b, c);
          };
      out[i] = (byte) (row[i] - predicted);
    }
    return out;
  }

  /** Section 9.4, word for word. */
  private static int paeth(int a, int b, int c) {
    int p = a + b - c;
    int pa = Math.abs(p - a);
    int pb = Math.abs(p - b);
    int pc = Math.abs(p - c);
    return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }

  /** What the file must be read as. */
  byte[] pixels() {
    int count = samplesAPixel();
    ByteBuffer pixels =
        ByteBuffer.allocate((int) shape().byteCount()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < samples.length; at += count) {
      if (kind.colorType == 3) {
        int index = samples[at];
        pixels.put(palette, 3 * index, 3);
        if (kind.transparent) {
          pixels.put(index < transparency.length ? transparency[index] : (byte) 255);
        }
        continue;
      }
      boolean isKey = kind.transparent;
      for (int i = 0; i < count; i++) {
        put(samples[at + i], pixels);
        isKey =
            isKey && samples[at + i] == (ByteBuffer.wrap(transparency).getShort(2 * i) & 0xffff);
      }
      if (kind.transparent) {
        put(isKey ? 0 : (1 << kind.bitDepth) - 1, pixels);
      }
    }
    return pixels.array();
  }

  private void put(int sample, ByteBuffer pixels) {
    if (kind.bitDepth == 16) {
      pixels.putShort((short) sample);
    } else {
      pixels.put((byte) (sample * 255 / ((1 << kind.bitDepth) - 1)));
    }
  }
}
