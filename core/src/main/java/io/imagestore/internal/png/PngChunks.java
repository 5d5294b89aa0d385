package io.imagestore.internal.png;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG datastream, checked for order, length and CRC (sections 5.3 to 5.6), and
 * where the ones that matter for the pixels lie. The CRC of every chunk is checked, as a flipped
 * bit in a chunk's type can make a chunk that matters look like one that doesn't. What follows IEND
 * is not looked at.
 */
final class PngChunks {
  private static final long SIGNATURE = 0x89504e470d0a1a0aL;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int TRNS = 0x74524e53;

  /** Length, type and CRC. */
  private static final int OVERHEAD = 12;

  /** The bit of a type that tells ancillary chunks, which may be skipped, section 5.4. */
  private static final int ANCILLARY = 0x20000000;

  private final ByteBuffer png;
  private final CRC32 crc;
  private final PngHeader header;
  private byte[] palette = new byte[0];
  private byte[] transparency = new byte[0];

  /** Offset and length of each IDAT chunk's data, alternating. */
  private int[] data = new int[2];

  private int dataCount;
  private long dataBytes;

  /** Where the next chunk starts. */
  private int position;

  private int type;
  private int length;

  PngChunks(ByteBuffer png, CRC32 crc) throws PngException {
    this.png = png;
    this.crc = crc;
    position = png.position();
    if (png.remaining() < Long.BYTES || png.getLong(position) != SIGNATURE) {
      throw new PngException("Not a PNG: " + png.remaining() + " bytes without a PNG's signature");
    }
    position += Long.BYTES;
    next();
    if (type != IHDR || length != 13) {
      throw new PngException("The first chunk is " + name() + ", not an IHDR of 13 bytes");
    }
    header = PngHeader.read(png.slice(position - 4 - length, length));
    next();
    while (type != IEND) {
      take();
      next();
    }
    if (dataCount == 0) {
      throw new PngException("No IDAT chunk");
    }
    if (header.colorType() == ColorType.PALETTE && palette.length == 0) {
      throw new PngException("No PLTE chunk in an image of colour type 3");
    }
  }

  PngHeader header() {
    return header;
  }

  /** RGB triples; empty when the image has no use for them. */
  byte[] palette() {
    return palette;
  }

  boolean transparent() {
    return transparency.length > 0;
  }

  /** The data of the tRNS chunk, section 11.3.2.1; empty without. */
  byte[] transparency() {
    return transparency;
  }

  int dataCount() {
    return dataCount;
  }

  int dataOffset(int index) {
    return data[2 * index];
  }

  int dataLength(int index) {
    return data[2 * index + 1];
  }

  long dataBytes() {
    return dataBytes;
  }

  /** Moves over a chunk after checking that it is whole and undamaged. */
  private void next() throws PngException {
    if (png.limit() - position < OVERHEAD) {
      throw new PngException("Truncated: ends at byte " + offset() + ", before an IEND chunk");
    }
    length = png.getInt(position);
    type = png.getInt(position + 4);
    if (length < 0 || length > png.limit() - position - OVERHEAD) {
      throw new PngException(
          "Truncated: the chunk "
              + name()
              + " at byte "
              + offset()
              + " says it has "
              + Integer.toUnsignedString(length)
              + " bytes, but "
              + Math.max(0, png.limit() - position - OVERHEAD)
              + " are left");
    }
    crc.reset();
    crc.update(png.array(), png.arrayOffset() + position + 4, length + 4);
    if ((int) crc.getValue() != png.getInt(position + 8 + length)) {
      throw new PngException(
          "Damaged: the chunk " + name() + " at byte " + offset() + " fails its CRC");
    }
    position += OVERHEAD + length;
  }

  private void take() throws PngException {
    switch (type) {
      case IDAT -> addData();
      case PLTE -> takePalette();
      case TRNS -> takeTransparency();
      case IHDR -> throw new PngException("A second IHDR chunk ends at byte " + offset());
      default -> {
        if ((type & ANCILLARY) == 0) {
          throw new UnsupportedPngException("Unknown critical chunk " + name());
        }
      }
    }
  }

  private void addData() throws PngException {
    int start = position - 4 - length;
    if (dataCount > 0
        && dataOffset(dataCount - 1) + dataLength(dataCount - 1) + OVERHEAD != start) {
      throw new PngException("The IDAT chunks are not consecutive");
    }
    if (data.length == 2 * dataCount) {
      data = Arrays.copyOf(data, 2 * data.length);
    }
    data[2 * dataCount] = start;
    data[2 * dataCount + 1] = length;
    dataCount++;
    dataBytes += length;
  }

  private void takePalette() throws PngException {
    requireBeforeData();
    ColorType colorType = header.colorType();
    if (colorType == ColorType.GRAY || colorType == ColorType.GRAY_ALPHA) {
      throw new PngException("A PLTE chunk in an image of colour type " + colorType.code);
    }
    if (palette.length > 0 || transparent()) {
      throw new PngException("A PLTE chunk after another or after tRNS");
    }
    int most = 3 * (1 << Math.min(8, header.bitDepth()));
    if (length == 0 || length % 3 != 0 || length > most) {
      throw new PngException("A PLTE chunk of " + length + " bytes; must be 3, 6, … " + most);
    }
    palette = content();
  }

  private void takeTransparency() throws PngException {
    requireBeforeData();
    boolean fits =
        switch (header.colorType()) {
          case GRAY -> length == 2;
          case RGB -> length == 6;
          case PALETTE -> length > 0 && length <= palette.length / 3;
          case GRAY_ALPHA, RGBA -> false;
        };
    if (!fits || transparent()) {
      throw new PngException(
          "A tRNS chunk of " + length + " bytes is out of place for " + header.colorType());
    }
    transparency = content();
  }

  private void requireBeforeData() throws PngException {
    if (dataCount > 0) {
      throw new PngException("A " + name() + " chunk after IDAT");
    }
  }

  private byte[] content() {
    byte[] content = new byte[length];
    png.get(position - 4 - length, content);
    return content;
  }

  private String name() {
    byte[] letters = ByteBuffer.allocate(4).putInt(type).array();
    String name = new String(letters, StandardCharsets.ISO_8859_1);
    return name.matches("[A-Za-z]{4}") ? name : String.format("0x%08x", type);
  }

  private int offset() {
    return position - png.position();
  }
}
