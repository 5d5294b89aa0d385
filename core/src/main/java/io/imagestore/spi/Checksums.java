package io.imagestore.spi;

import io.imagestore.ImageShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The checksums of a stored image, each a CRC-32C (RFC 3720, appendix B.4). That of its bytes tells
 * whether they are whole. That of its record covers everything else and the bytes' checksum too, so
 * that a label can be checked without reading the pixels, and nothing can be taken for part of
 * another image.
 *
 * <p>In Python, with any function that makes a CRC-32C, where {@code metadata_crc} is 0 for an
 * image without metadata, and {@code format} is empty for raw pixels:
 *
 * <pre>{@code
 * crc32c(struct.pack("<QiIIIBII", id, label, height, width, channels,
 *                    {"UINT8": 0, "UINT16": 1, "FLOAT32": 2}[sample_type],
 *                    bytes_crc, metadata_crc) + format.encode("ascii"))
 * }</pre>
 *
 * <p>For one thread.
 */
public final class Checksums {

  private static final int FIXED_BYTES = 33;
  private static final int MAX_FORMAT_BYTES = 16;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer record =
      ByteBuffer.allocate(FIXED_BYTES + MAX_FORMAT_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  /** Ready to make checksums, one after another. */
  public Checksums() {}

  /**
   * The checksum of some bytes.
   *
   * @param bytes from the buffer's position to its limit, neither of which moves
   * @return the checksum, its 32 bits as they are
   */
  public int of(ByteBuffer bytes) {
    return ofUsedUp(bytes.duplicate());
  }

  /**
   * The checksum of some bytes, without a view of them for it.
   *
   * @param bytes from the buffer's position to its limit, where the position moves to
   * @return the checksum, its 32 bits as they are
   */
  public int ofUsedUp(ByteBuffer bytes) {
    crc.reset();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /**
   * The checksum of some bytes.
   *
   * @param bytes hold them
   * @param from where they begin
   * @param count how many they are
   * @return the checksum, its 32 bits as they are
   */
  public int of(byte[] bytes, int from, int count) {
    crc.reset();
    crc.update(bytes, from, count);
    return (int) crc.getValue();
  }

  /**
   * The checksum of metadata.
   *
   * @param metadata a JSON text, or null
   * @return that of its bytes in UTF-8, or 0 where there is none
   */
  public int ofMetadata(@Nullable String metadata) {
    if (metadata == null) {
      return 0;
    }
    byte[] utf8 = metadata.getBytes(StandardCharsets.UTF_8);
    return of(utf8, 0, utf8.length);
  }

  /**
   * The checksum of an image's record.
   *
   * @param id the image's id
   * @param label its label
   * @param shape the shape of its pixels
   * @param format the format of an encoded image, or null for raw pixels
   * @param bytesCrc the checksum of its bytes
   * @param metadataCrc the checksum of its metadata, or 0 where there is none
   * @return the checksum, its 32 bits as they are
   */
  public int ofRecord(
      long id,
      int label,
      ImageShape shape,
      @Nullable String format,
      int bytesCrc,
      int metadataCrc) {
    record.clear();
    record.putLong(id).putInt(label);
    record.putInt(shape.height()).putInt(shape.width()).putInt(shape.channels());
    record.put(code(shape));
    record.putInt(bytesCrc).putInt(metadataCrc);
    for (int i = 0; format != null && i < format.length(); i++) {
      record.put((byte) format.charAt(i)); // ASCII
    }
    return of(record.array(), 0, record.position());
  }

  private static byte code(ImageShape shape) {
    return switch (shape.sampleType()) {
      case UINT8 -> 0;
      case UINT16 -> 1;
      case FLOAT32 -> 2;
    };
  }
}
