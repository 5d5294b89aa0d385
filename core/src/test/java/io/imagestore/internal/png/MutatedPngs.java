package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.internal.png.RandomPng.Kind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

/** Damages files in every way that comes to mind, and decodes them. To be run with a small heap. */
final class MutatedPngs {
  private static final int[] TELLING = {0, 1, 2, 3, 4, 8, 16, 255, 1 << 14, 1 << 20, 1 << 28};

  /** More isn't asked for, as the heap is small; then a part is decoded. */
  private static final long MAX_BYTES = 8 << 20;

  private final ImageCodec codec = new PngCodec();
  private final Random random;
  private final List<byte[]> originals =
      Kind.all().map(kind -> kind.image(23, 17).file(200)).toList();
  private int answers;
  private int refusals;

  private MutatedPngs(long seed) {
    random = new Random(seed);
  }

  /**
   * Ends well if each file gives pixels or one of the exceptions that the codec declares.
   *
   * @param args seed, how many files
   */
  public static void main(String[] args) {
    MutatedPngs run = new MutatedPngs(Long.parseLong(args[0]));
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      run.decode(run.mutated(), i);
    }
    System.out.println(run.answers + " answers, " + run.refusals + " refusals");
  }

  private void decode(byte[] file, int round) {
    try {
      ByteBuffer png = random.nextBoolean() ? ByteBuffer.wrap(file) : direct(file);
      ImageHeader header = codec.readHeader(png);
      DecodeRegion region = region(header.shape());
      codec.decode(
          png, header, region, ByteBuffer.allocate((int) region.shape(header.shape()).byteCount()));
      answers++;
    } catch (DecodeException | UnsupportedImageException e) {
      refusals++;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("file " + round + ": " + Arrays.toString(file), e);
    }
  }

  private static DecodeRegion region(ImageShape shape) {
    return shape.byteCount() <= MAX_BYTES
        ? DecodeRegion.whole(shape, 1)
        : new DecodeRegion(1, 0, 0, Math.min(64, shape.width()), Math.min(64, shape.height()));
  }

  private static ByteBuffer direct(byte[] file) {
    return ByteBuffer.allocateDirect(file.length).put(file).flip();
  }

  private byte[] mutated() {
    if (random.nextInt(3) == 0) {
      return sealed();
    }
    byte[] file = any().clone();
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      file = mutated(file);
    }
    return random.nextInt(5) == 0 ? file : withChecksums(file);
  }

  /** Random rows, compressed as they should be, behind a header and a palette that may not fit. */
  private byte[] sealed() {
    int type = new int[] {0, 2, 3, 4, 6}[random.nextInt(5)];
    int depth = 1 << random.nextInt(5);
    int width = 1 + random.nextInt(40);
    int height = 1 + random.nextInt(40);
    int rowBytes = (width * new int[] {1, 0, 3, 1, 2, 0, 4}[type] * depth + 7) / 8;
    byte[] rows = TestPng.bytes((rowBytes + 1) * height + random.nextInt(9) / 8, random);
    for (int row = 0; row < height; row++) {
      rows[row * (rowBytes + 1)] = (byte) random.nextInt(random.nextInt(99) == 0 ? 256 : 5);
    }
    TestPng png = new TestPng().header(width, height, depth, type, random.nextInt(9) / 8);
    if (type == 3) {
      png.chunk("PLTE", TestPng.bytes(3 * (1 + random.nextInt(1 << depth % 9)), random));
    }
    if (random.nextInt(4) == 0) {
      png.chunk("tRNS", TestPng.bytes(type == 0 ? 2 : type == 2 ? 6 : 1, random));
    }
    return png.chunk("IDAT", TestPng.deflate(rows)).end();
  }

  private byte[] any() {
    return originals.get(random.nextInt(originals.size()));
  }

  private byte[] mutated(byte[] file) {
    if (file.length < 40) {
      return file;
    }
    int at = random.nextInt(file.length);
    switch (random.nextInt(7)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> file[at] = (byte) random.nextInt();
      case 2 -> {
        return Arrays.copyOf(file, at);
      }
      case 3 -> {
        return spliced(file, at);
      }
      case 4 -> ByteBuffer.wrap(file).putInt(random.nextBoolean() ? 16 : 20, extent());
      case 5 -> file[24 + random.nextInt(5)] = (byte) TELLING[random.nextInt(8)];
      default -> ByteBuffer.wrap(file).putInt(Math.min(at, file.length - 4), extent());
    }
    return file;
  }

  /** A file's beginning, and the end of another. */
  private byte[] spliced(byte[] file, int at) {
    byte[] other = any();
    int from = random.nextInt(other.length);
    byte[] spliced = Arrays.copyOf(file, at + other.length - from);
    System.arraycopy(other, from, spliced, at, other.length - from);
    return spliced;
  }

  private int extent() {
    int telling = TELLING[random.nextInt(TELLING.length)];
    return random.nextInt(4) == 0 ? random.nextInt() : telling + random.nextInt(3) - 1;
  }

  /** With each chunk's CRC right, as far as there are chunks, so that what lies behind is met. */
  private static byte[] withChecksums(byte[] file) {
    ByteBuffer png = ByteBuffer.wrap(file);
    int at = 8;
    while (file.length - at >= 12) {
      int length = png.getInt(at);
      if (length < 0 || length > file.length - at - 12) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(file, at + 4, 4 + length);
      png.putInt(at + 8 + length, (int) crc.getValue());
      at += 12 + length;
    }
    return file;
  }
}
