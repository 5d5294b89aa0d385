package io.imagestore.internal.png;

import java.nio.ByteBuffer;

/** What an IHDR chunk says, section 11.2.2. */
record PngHeader(int width, int height, int bitDepth, ColorType colorType, boolean interlaced) {

  /** Reads the 13 bytes of an IHDR chunk. */
  static PngHeader read(ByteBuffer data) throws PngException {
    int width = data.getInt();
    int height = data.getInt();
    if (width < 1 || height < 1) {
      throw new PngException(
          "IHDR has width "
              + Integer.toUnsignedString(width)
              + " and height "
              + Integer.toUnsignedString(height)
              + "; each must be 1 to 2147483647");
    }
    int bitDepth = data.get() & 0xff;
    ColorType colorType = ColorType.ofCode(data.get() & 0xff);
    if (!colorType.allows(bitDepth)) {
      throw new PngException("IHDR has bit depth " + bitDepth + ", not allowed for " + colorType);
    }
    requireZero("compression method", data.get());
    requireZero("filter method", data.get());
    int interlace = data.get() & 0xff;
    if (interlace > 1) {
      throw new PngException("IHDR has interlace method " + interlace + "; PNG knows 0 and 1");
    }
    return new PngHeader(width, height, bitDepth, colorType, interlace == 1);
  }

  private static void requireZero(String what, byte value) throws PngException {
    if (value != 0) {
      throw new PngException("IHDR has " + what + " " + (value & 0xff) + "; PNG knows 0 alone");
    }
  }

  long pixels() {
    return (long) width * height;
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

  /** The bytes that the compressed data must inflate to. */
  long inflatedBytes() {
    long bytes = 0;
    for (Pass pass : passes()) {
      int passWidth = pass.width(width);
      if (passWidth > 0) {
        bytes += pass.height(height) * (1 + rowBytes(passWidth));
      }
    }
    return bytes;
  }
}
