package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Goes over the chunks of a PNG datastream, and checks them for order, length and CRC (sections 5.3
 * to 5.6). The CRC of every chunk is checked, as a flipped bit in a chunk's type can make a chunk
 * that matters look like one that doesn't. Chunks that don't matter are passed over, compressed
 * ones too; what follows IEND is not looked at.
 */
final class ChunkReader {
  /** Length, type and CRC. */
  private static final int OVERHEAD = PngChunks.LEAD + 4;

  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504c5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454e44;
  private static final int TRNS = 0x74524e53;

  /** The bit of a type that tells ancillary chunks, which may be skipped, section 5.4. */
  private static final int ANCILLARY = 0x20000000;

  private static final int MAX_PALETTE_BYTES = 3 * 256;

  /** DEFLATE can't blow up its input by more than this: 258 bytes for two bits. */
  private static final long MAX_INFLATION = 1032;

  private static final byte[] NONE = {};

  /** A view of the file, moved from chunk to chunk. */
  private final ByteBuffer png;

  private final CRC32 crc = new CRC32();
  private final PngHeader header;
  private byte[] palette = NONE;
  private byte[] transparency = NONE;

  /** The IDAT chunks, which follow each other. */
  private int dataStart;

  private int dataEnd;
  private long dataBytes;

  /** The chunk looked at. */
  private int start;

  private int length;
  private int type;

  /** Where the next one starts. */
  private int position = Long.BYTES;

  /** Begins behind the file's first chunk, which must be IHDR. */
  ChunkReader(ByteBuffer file) {
    png = file.slice();
    if (png.limit() < Long.BYTES || png.getLong(0) != PngChunks.SIGNATURE) {
      throw new DecodeException("Not a PNG: " + png.limit() + " bytes without a PNG's signature");
    }
    next();
    if (type != IHDR || length != PngHeader.BYTES) {
      throw new DecodeException("The first chunk is " + name() + ", not an IHDR of 13 bytes");
    }
    header = PngHeader.read(PngChunks.showData(png, start));
  }

  PngChunks read() {
    next();
    while (type != IEND) {
      take();
      next();
    }
    if (dataEnd == 0) {
      throw new DecodeException("No IDAT chunk");
    }
    if (header.colorType() == ColorType.PALETTE && palette.length == 0) {
      throw new DecodeException("No PLTE chunk in an image of color type 3");
    }
    if (header.inflatedBytes() / MAX_INFLATION > dataBytes) {
      throw new DecodeException(
          dataBytes
              + " bytes of data can't hold "
              + header.width()
              + "×"
              + header.height()
              + " pixels");
    }
    return new PngChunks(
        shape(), header, palette, transparency, dataStart, dataEnd, dataBytes, png);
  }

  private ImageShape shape() {
    return new ImageShape(
        header.height(),
        header.width(),
        header.colorType().channels + (transparent() ? 1 : 0),
        header.bitDepth() == 16 ? SampleType.UINT16 : SampleType.UINT8);
  }

  private boolean transparent() {
    return transparency.length > 0;
  }

  /** Moves over a chunk after checking that it is whole and undamaged. */
  private void next() {
    png.clear();
    start = position;
    int left = png.limit() - start - OVERHEAD;
    if (left < 0) {
      throw new DecodeException(
          "Truncated: ends at byte " + png.limit() + ", before an IEND chunk");
    }
    length = png.getInt(start);
    type = png.getInt(start + 4);
    if (length < 0 || length > left) {
      throw new DecodeException(
          "Truncated: the chunk "
              + name()
              + " at byte "
              + start
              + " says it has "
              + Integer.toUnsignedString(length)
              + " bytes, but "
              + left
              + " are left");
    }
    crc.reset();
    int end = start + PngChunks.LEAD + length;
    crc.update(png.limit(end).position(start + Integer.BYTES));
    if ((int) crc.getValue() != png.clear().getInt(end)) {
      throw new DecodeException(
          "Damaged: the chunk " + name() + " at byte " + start + " fails its CRC");
    }
    position = start + OVERHEAD + length;
  }

  private void take() {
    switch (type) {
      case IDAT -> addData();
      case PLTE -> takePalette();
      case TRNS -> takeTransparency();
      case IHDR -> throw new DecodeException("A second IHDR chunk at byte " + start);
      default -> {
        if ((type & ANCILLARY) == 0) {
          throw new UnsupportedImageException(
              "It has the critical chunk "
                  + name()
                  + ", which isn't the standard's: save the image as plain PNG");
        }
      }
    }
  }

  private void addData() {
    if (dataEnd == 0) {
      dataStart = start;
    } else if (dataEnd != start) {
      throw new DecodeException("The IDAT chunks are not consecutive");
    }
    dataEnd = position;
    dataBytes += length;
  }

  private void takePalette() {
    requireBeforeData();
    ColorType colorType = header.colorType();
    if (colorType == ColorType.GRAY || colorType == ColorType.GRAY_ALPHA) {
      throw new DecodeException("A PLTE chunk in an image of color type " + colorType.code);
    }
    if (palette.length > 0 || transparent()) {
      throw new DecodeException("A PLTE chunk after another or after tRNS");
    }
    // More colors than the bit depth can tell apart are an error that does no harm.
    if (length == 0 || length % 3 != 0 || length > MAX_PALETTE_BYTES) {
      throw new DecodeException(
          "A PLTE chunk of " + length + " bytes; must be 3, 6, … " + MAX_PALETTE_BYTES);
    }
    palette = content();
  }

  private void takeTransparency() {
    requireBeforeData();
    boolean fits =
        switch (header.colorType()) {
          case GRAY -> length == 2;
          case RGB -> length == 6;
          case PALETTE -> length > 0 && length <= palette.length / 3;
          case GRAY_ALPHA, RGBA -> false;
        };
    if (!fits || transparent()) {
      throw new DecodeException(
          "A tRNS chunk of " + length + " bytes is out of place for " + header.colorType());
    }
    transparency = content();
  }

  private void requireBeforeData() {
    if (dataEnd > 0) {
      throw new DecodeException("A " + name() + " chunk after IDAT");
    }
  }

  private byte[] content() {
    byte[] content = new byte[length];
    png.get(start + PngChunks.LEAD, content);
    return content;
  }

  private String name() {
    byte[] letters = ByteBuffer.allocate(4).putInt(type).array();
    String name = new String(letters, StandardCharsets.ISO_8859_1);
    return name.matches("[A-Za-z]{4}") ? name : String.format("0x%08x", type);
  }
}
