package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.ImageHeader;
import java.nio.ByteBuffer;

/** What the chunks of a PNG datastream tell, and where those lie that the pixels are in. */
final class PngChunks extends ImageHeader {
  static final String FORMAT = "png";
  static final long SIGNATURE = 0x89504e470d0a1a0aL;

  /** Length and type, before a chunk's data. */
  static final int LEAD = 8;

  /** Length, type and CRC. */
  private static final int OVERHEAD = LEAD + 4;

  /** Where the CRC of the first chunk lies. */
  private static final int HEADER_CRC_AT = Long.BYTES + LEAD + PngHeader.BYTES;

  private final PngHeader header;
  private final byte[] palette;
  private final byte[] transparency;
  private final int dataStart;
  private final int dataEnd;
  private final long dataBytes;

  // By which the file is known again.
  private final int fileBytes;
  private final int headerCrc;
  private final int dataCrc;

  PngChunks(
      ImageShape shape,
      PngHeader header,
      byte[] palette,
      byte[] transparency,
      int dataStart,
      int dataEnd,
      long dataBytes,
      ByteBuffer png) {
    super(FORMAT, shape);
    this.header = header;
    this.palette = palette;
    this.transparency = transparency;
    this.dataStart = dataStart;
    this.dataEnd = dataEnd;
    this.dataBytes = dataBytes;
    this.fileBytes = png.capacity();
    this.headerCrc = png.getInt(HEADER_CRC_AT);
    this.dataCrc = png.getInt(dataEnd - Integer.BYTES);
  }

  /**
   * Reads and checks all chunks; inflates nothing and takes no memory for pixels. How large an
   * image may be is for the caller to decide.
   *
   * @param file the PNG, from its position to its limit
   * @throws DecodeException if this is no PNG, or a truncated or damaged one, or one that declares
   *     more pixels than its bytes can hold
   * @throws UnsupportedImageException for an unknown critical chunk
   */
  static PngChunks read(ByteBuffer file) {
    return new ChunkReader(file).read();
  }

  /**
   * Whether a file is the one that was read, by its length and the CRCs of its first chunk and of
   * its last data. One with a palette or a transparent color isn't known again, for these may
   * differ alone.
   */
  boolean isOf(ByteBuffer file) {
    if (file.remaining() != fileBytes || palette.length > 0 || transparent()) {
      return false;
    }
    ByteBuffer png = file.slice();
    return png.getInt(HEADER_CRC_AT) == headerCrc && png.getInt(dataEnd - Integer.BYTES) == dataCrc;
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

  /** Where the compressed data's first chunk starts. The IDAT chunks follow each other. */
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

  /** Moves a view of the whole file to the data of the chunk that starts there. */
  static ByteBuffer showData(ByteBuffer png, int chunk) {
    int data = chunk + LEAD;
    int length = png.clear().getInt(chunk);
    return png.limit(data + length).position(data);
  }

  /** Where the chunk whose data a view shows ends. */
  static int end(ByteBuffer data) {
    return data.limit() + OVERHEAD - LEAD;
  }
}
