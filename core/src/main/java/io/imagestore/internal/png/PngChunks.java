package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG datastream, checked for order, length and CRC (sections 5.3 to 5.6), and
 * where the ones that matter for the pixels lie. The CRC of every chunk is checked, as a flipped
 * bit in a chunk's type can make a chunk that matters look like one that doesn't. Chunks that don't
 * matter are passed over, compressed ones too; what follows IEND is not looked at.
 */
final class PngChunks {
  static final long SIGNATURE = 0x89504e470d0a1a0aL;

  /** Length and type, before a chunk's data. */
  private static final int LEAD = 8;

  /** Length, type and CRC. */
  private static final int OVERHEAD = LEAD + 4;

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

  private final ByteBuffer png;
  private final CRC32 crc = new CRC32();
  private final PngHeader header;
  private byte[] palette = new byte[0];
  private byte[] transparency = new byte[0];

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

  /**
   * Reads and checks all chunks; inflates nothing and takes no memory for pixels. How large an
   * image may be is for the caller to decide.
   *
   * @param file the PNG, from its position to its limit, unchanged as long as this is used
   * @throws DecodeException if this is no PNG, or a truncated or damaged one, or one that declares
   *     more pixels than its bytes can hold
   * @throws UnsupportedImageException for an unknown critical chunk
   */
  public PngChunks(ByteBuffer file) {
    png = file.slice();
    if (png.limit() < Long.BYTES || png.getLong(0) != SIGNATURE) {
      throw new DecodeException("Not a PNG: " + png.limit() + " bytes without a PNG's signature");
    }
    next();
    if (type != IHDR || length != PngHeader.BYTES) {
      throw new DecodeException("The first chunk is " + name() + ", not an IHDR of 13 bytes");
    }
    header = PngHeader.read(content());
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
  }

  /**
   * What the image is read as.
   *
   * @return its shape
   */
  public ImageShape shape() {
    return new ImageShape(
        header.height(),
        header.width(),
        header.colorType().channels + (transparent() ? 1 : 0),
        header.bitDepth() == 16 ? SampleType.UINT16 : SampleType.UINT8);
  }

  PngHeader header() {
    return header;
  }

  /** RGB triples; empty when there are none. */
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

  /** Where the compressed data's first chunk starts. */
  int dataStart() {
    return dataStart;
  }

  /** Where the compressed data's last chunk ends. */
  int dataEnd() {
    return dataEnd;
  }

  /** All bytes of compressed data. */
  long dataBytes() {
    return dataBytes;
  }

  /** A view of the data of the chunk that starts there. */
  ByteBuffer data(int chunk) {
    return png.slice(chunk + LEAD, png.getInt(chunk));
  }

  /** Where the chunk that starts there ends. */
  int end(int chunk) {
    return chunk + OVERHEAD + png.getInt(chunk);
  }

  /** Moves over a chunk after checking that it is whole and undamaged. */
  private void next() {
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
    crc.update(png.slice(start + 4, length + 4));
    if ((int) crc.getValue() != png.getInt(start + LEAD + length)) {
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
    png.get(start + LEAD, content);
    return content;
  }

  private String name() {
    byte[] letters = ByteBuffer.allocate(4).putInt(type).array();
    String name = new String(letters, StandardCharsets.ISO_8859_1);
    return name.matches("[A-Za-z]{4}") ? name : String.format("0x%08x", type);
  }
}
