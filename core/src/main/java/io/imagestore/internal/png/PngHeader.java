package io.imagestore.internal.png;

import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;

/** What an IHDR chunk says, section 11.2.2. */
record PngHeader(int width, int height, int bitDepth, ColorType colorType, boolean interlaced) {
  /** The length of the chunk's data. */
  static final int BYTES = 13;

  /** Reads the data of an IHDR chunk. */
  static PngHeader read(ByteBuffer data) {
    int width = data.getInt();
    int height = data.getInt();
    if (width < 1 || height < 1) {
      throw new DecodeException(
          "IHDR has width "
              + Integer.toUnsignedString(width)
              + " and height "
              + Integer.toUnsignedString(height)
              + "; each must be 1 to 2147483647");
    }
    int bitDepth = data.get() & 0xff;
    ColorType colorType = ColorType.ofCode(data.get() & 0xff);
    if (!colorType.allows(bitDepth)) {
      throw new DecodeException(
          "IHDR has bit depth " + bitDepth + ", not allowed for " + colorType);
    }
    requireZero("compression method", data.get());
    requireZero("filter method", data.get());
    int interlace = data.get() & 0xff;
    if (interlace > 1) {
      throw new DecodeException("IHDR has interlace method " + interlace + "; PNG knows 0 and 1");
    }
    return new PngHeader(width, height, bitDepth, colorType, interlace == 1);
  }

  private static void requireZero(String what, byte value) {
    if (value != 0) {
      throw new DecodeException("IHDR has " + what + " " + (value & 0xff) + "; PNG knows 0 alone");
    }
  }

  Pass[] passes() {
    return interlaced ? Pass.ADAM7 : Pass.WHOLE;
  }

  /** The bytes of a row of {@code pixels} pixels in the datastream, without its filter type. */
  long rowBytes(int pixels) {
    return ((long) pixels * colorType.samples * bitDepth + 7) / 8;
  }

  /** How far back a filter looks for the pixel to the left, in bytes. */
  int filterDistance() {
    return Math.max(1, colorType.samples * bitDepth / 8);
  }

  /** The bytes that the compressed data must inflate to, saturated. */
  long inflatedBytes() {
    long bytes = 0;
    for (Pass pass : passes()) {
      int passWidth = pass.width(width);
      long filteredBytes = passWidth == 0 ? 0 : 1 + rowBytes(passWidth);
      int rows = pass.height(height);
      if (filteredBytes > (Long.MAX_VALUE - bytes) / Math.max(1, rows)) {
        return Long.MAX_VALUE;
      }
      bytes += rows * filteredBytes;
    }
    return bytes;
  }
}
