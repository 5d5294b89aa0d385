package io.imagestore.internal.png;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds PNGs of any kind, chunk by chunk; as the specification has it, or on purpose not. */
final class TestPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TestPng() {
    out.writeBytes(SIGNATURE);
  }

  TestPng header(int width, int height, int bitDepth, int colorType, int interlace) {
    ByteBuffer data = ByteBuffer.allocate(13).putInt(width).putInt(height);
    data.put((byte) bitDepth).put((byte) colorType).put((byte) 0).put((byte) 0);
    return chunk("IHDR", data.put((byte) interlace).array());
  }

  TestPng chunk(String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    return this;
  }

  byte[] end() {
    return chunk("IEND", new byte[0]).out.toByteArray();
  }

  /** An image of random samples in random filters, its data cut into chunks of this many bytes. */
  static byte[] random(
      int width,
      int height,
      int bitDepth,
      int colorType,
      boolean interlaced,
      boolean transparent,
      int cut) {
    Random random = new Random(31L * width + 17L * height + bitDepth + colorType);
    TestPng png = new TestPng().header(width, height, bitDepth, colorType, interlaced ? 1 : 0);
    if (colorType == 3) {
      png.chunk("PLTE", bytes(3 << bitDepth, random));
    }
    if (transparent) {
      png.chunk("tRNS", transparency(bitDepth, colorType, random));
    }
    byte[] data = deflate(scanlines(width, height, bitDepth, colorType, interlaced, random));
    for (int from = 0; from < data.length; from += cut) {
      byte[] part = new byte[Math.min(cut, data.length - from)];
      System.arraycopy(data, from, part, 0, part.length);
      png.chunk("IDAT", part);
    }
    return png.chunk("tEXt", "Comment\0none".getBytes(StandardCharsets.US_ASCII)).end();
  }

  static byte[] encode(int height, int width, int channels, byte[] pixels) {
    ByteBuffer png = new PngEncoder().encode(height, width, channels, pixels);
    byte[] bytes = new byte[png.remaining()];
    png.get(bytes);
    return bytes;
  }

  private static byte[] transparency(int bitDepth, int colorType, Random random) {
    return switch (colorType) {
      case 0 -> new byte[] {0, (byte) random.nextInt(1 << bitDepth)};
      case 2 -> new byte[] {0, 1, 0, 2, 0, 3};
      default -> bytes(1 + random.nextInt(1 << bitDepth), random);
    };
  }

  private static byte[] scanlines(
      int width, int height, int bitDepth, int colorType, boolean interlaced, Random random) {
    int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[colorType];
    int[][] passes =
        interlaced
            ? new int[][] {
              {0, 0, 8, 8},
              {4, 0, 8, 8},
              {0, 4, 4, 8},
              {2, 0, 4, 4},
              {0, 2, 2, 4},
              {1, 0, 2, 2},
              {0, 1, 1, 2}
            }
            : new int[][] {{0, 0, 1, 1}};
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (int[] pass : passes) {
      int passWidth = (Math.max(0, width - pass[0]) + pass[2] - 1) / pass[2];
      int passHeight = (Math.max(0, height - pass[1]) + pass[3] - 1) / pass[3];
      for (int y = 0; passWidth > 0 && y < passHeight; y++) {
        lines.write(random.nextInt(5));
        lines.writeBytes(bytes((passWidth * samples * bitDepth + 7) / 8, random));
      }
    }
    return lines.toByteArray();
  }

  static byte[] bytes(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater();
    try {
      deflater.setInput(data);
      deflater.finish();
      byte[] compressed = new byte[data.length + data.length / 100 + 100];
      int length = deflater.deflate(compressed);
      return Arrays.copyOf(compressed, length);
    } finally {
      deflater.end();
    }
  }
}
