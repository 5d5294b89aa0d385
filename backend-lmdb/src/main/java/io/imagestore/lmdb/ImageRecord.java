package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.Checksums;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the index holds of one image, in little-endian numbers.
 *
 * <table>
 * <caption>The record, 31 bytes and the format's name</caption>
 * <tr><th>bytes</th><th>content</th></tr>
 * <tr><td>0–3</td><td>label, signed</td></tr>
 * <tr><td>4–7, 8–11, 12–15</td><td>height, width, channels</td></tr>
 * <tr><td>16</td><td>type of the samples: 0 UINT8, 1 UINT16, 2 FLOAT32</td></tr>
 * <tr><td>17–20</td><td>CRC-32C of the bytes</td></tr>
 * <tr><td>21–24</td><td>CRC-32C of the metadata in UTF-8, or 0</td></tr>
 * <tr><td>from 25 on</td><td>format of an encoded image in ASCII; nothing of raw pixels</td></tr>
 * <tr><td>the last 6</td><td>flags; their complement; CRC-32C of id and all before the flags, as
 *     {@link Checksums#ofRecord} makes it</td></tr>
 * </table>
 *
 * <p>Flags are 1 if the image has metadata, and 2 while it lies in the databases of staged images.
 *
 * <p>Reused from image to image, for one thread.
 */
final class ImageRecord {

  private static final int HAS_METADATA = 1;
  private static final int STAGED = 2;

  private static final int MAX_FORMAT_BYTES = 16;

  // Where each lies; the id, which is the key, comes first.
  private static final int LABEL = 8;
  private static final int HEIGHT = 12;
  private static final int WIDTH = 16;
  private static final int CHANNELS = 20;
  private static final int SAMPLE_TYPE = 24;
  private static final int BYTES_CRC = 25;
  private static final int METADATA_CRC = 29;
  private static final int FORMAT = 33;

  // Where each lies behind the format.
  private static final int COMPLEMENT = 1;
  private static final int CRC = 2;
  private static final int TAIL_BYTES = 6;

  private static final int SHORTEST = FORMAT - LABEL + TAIL_BYTES;
  private static final int LONGEST = SHORTEST + MAX_FORMAT_BYTES;

  private static final SampleType[] SAMPLE_TYPES = {
    SampleType.UINT8, SampleType.UINT16, SampleType.FLOAT32
  };

  private final byte[] bytes = new byte[LABEL + LONGEST];
  private final ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  private final Checksums checksums = new Checksums();
  private int tail;
  private @Nullable ImageShape shape;
  private @Nullable String format;

  /**
   * Makes it an image's.
   *
   * @param format that of an encoded image, or null
   * @param metadataCrc 0 if it has no metadata
   */
  void set(
      long id,
      int label,
      ImageShape shape,
      @Nullable String format,
      int bytesCrc,
      boolean hasMetadata,
      int metadataCrc,
      boolean staged) {
    view.putLong(0, id);
    view.putInt(LABEL, label);
    view.putInt(HEIGHT, shape.height());
    view.putInt(WIDTH, shape.width());
    view.putInt(CHANNELS, shape.channels());
    view.put(SAMPLE_TYPE, code(shape.sampleType()));
    view.putInt(BYTES_CRC, bytesCrc);
    view.putInt(METADATA_CRC, metadataCrc);
    byte[] name = format == null ? new byte[0] : format.getBytes(StandardCharsets.US_ASCII);
    view.put(FORMAT, name);
    tail = FORMAT + name.length;
    setFlags((hasMetadata ? HAS_METADATA : 0) | (staged ? STAGED : 0));
    view.putInt(tail + CRC, crc());
  }

  private static byte code(SampleType type) {
    return switch (type) {
      case UINT8 -> 0;
      case UINT16 -> 1;
      case FLOAT32 -> 2;
    };
  }

  /** Notes that the image lies where all do. */
  void setSettled() {
    setFlags(flags() & ~STAGED);
  }

  private void setFlags(int flags) {
    view.put(tail, (byte) flags);
    view.put(tail + COMPLEMENT, (byte) ~flags);
  }

  /** How many bytes it takes. */
  int size() {
    return tail + TAIL_BYTES - LABEL;
  }

  void writeTo(long address) {
    NativeMemory.put(address, bytes, LABEL, size());
  }

  /** Takes over the record of an image, as it lies in the index. */
  void readFrom(TreeCursor entry, long id, Path store) {
    begin(entry.valueSize(), id, store);
    entry.copyShortValue(bytes, LABEL);
    check(id, store);
  }

  /** Takes over the record of an image, as a transaction that writes finds it. */
  void readFrom(Slice value, long id, Path store) {
    begin(value.size, id, store);
    NativeMemory.get(value.address, bytes, LABEL, (int) value.size);
    check(id, store);
  }

  private void begin(long size, long id, Path store) {
    if (size < SHORTEST || size > LONGEST) {
      throw new CorruptImageException(
          store,
          id,
          "its index record has " + size + " bytes instead of " + SHORTEST + " to " + LONGEST);
    }
    view.putLong(0, id);
    tail = LABEL + (int) size - TAIL_BYTES;
  }

  private void check(long id, Path store) {
    if (view.getInt(tail + CRC) != crc() || (byte) ~view.get(tail + COMPLEMENT) != view.get(tail)) {
      throw new CorruptImageException(store, id, "its index record doesn't match its own checksum");
    }
    if (view.getInt(HEIGHT) < 1 || view.getInt(WIDTH) < 1 || view.getInt(CHANNELS) < 1) {
      throw new CorruptImageException(store, id, "its index record tells of a shape that can't be");
    }
    requireKnown("the flags", flags(), HAS_METADATA | STAGED, id, store);
    requireKnown("samples of type", view.get(SAMPLE_TYPE), SAMPLE_TYPES.length - 1, id, store);
  }

  private static void requireKnown(String what, int value, int highest, long id, Path store) {
    if (value < 0 || value > highest) {
      throw new UnsupportedStoreException(
          "image "
              + id
              + " in store "
              + store
              + " has "
              + what
              + " "
              + value
              + ", which this release doesn't know; use a newer one");
    }
  }

  private int crc() {
    return checksums.of(bytes, 0, tail);
  }

  private int flags() {
    return Byte.toUnsignedInt(view.get(tail));
  }

  int label() {
    return view.getInt(LABEL);
  }

  int bytesCrc() {
    return view.getInt(BYTES_CRC);
  }

  int metadataCrc() {
    return view.getInt(METADATA_CRC);
  }

  boolean hasMetadata() {
    return (flags() & HAS_METADATA) != 0;
  }

  boolean isStaged() {
    return (flags() & STAGED) != 0;
  }

  /** The format of an encoded image, the same object as long as it is the same; null for none. */
  @Nullable String format() {
    if (tail == FORMAT) {
      return null;
    }
    String last = format;
    if (last == null || !isFormat(last)) {
      last = new String(bytes, FORMAT, tail - FORMAT, StandardCharsets.US_ASCII);
      format = last;
    }
    return last;
  }

  private boolean isFormat(String name) {
    boolean same = name.length() == tail - FORMAT;
    for (int i = 0; same && i < name.length(); i++) {
      same = bytes[FORMAT + i] == name.charAt(i);
    }
    return same;
  }

  /** The shape; the same object as long as images of one shape follow each other. */
  ImageShape shape() {
    ImageShape last = shape;
    if (last == null || !matches(last)) {
      last =
          new ImageShape(
              view.getInt(HEIGHT),
              view.getInt(WIDTH),
              view.getInt(CHANNELS),
              SAMPLE_TYPES[view.get(SAMPLE_TYPE)]);
      shape = last;
    }
    return last;
  }

  private boolean matches(ImageShape other) {
    return view.getInt(HEIGHT) == other.height()
        && view.getInt(WIDTH) == other.width()
        && view.getInt(CHANNELS) == other.channels()
        && SAMPLE_TYPES[view.get(SAMPLE_TYPE)] == other.sampleType();
  }
}
