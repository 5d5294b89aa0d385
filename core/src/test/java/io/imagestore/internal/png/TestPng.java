package io.imagestore.internal.png;

import io.imagestore.ImageShape;
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

  static byte[] encode(int height, int width, int channels, byte[] pixels) {
    ImageShape shape = new ImageShape(height, width, channels);
    ByteBuffer png = new PngEncoder().encode(shape, ByteBuffer.wrap(pixels));
    byte[] bytes = new byte[png.remaining()];
    png.get(bytes);
    return bytes;
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
