package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.UnsupportedStoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What the index holds of one image: seven big-endian 32-bit integers, {@code struct.unpack(">7I",
 * value)} in Python.
 *
 * <table>
 * <caption>The record, 28 bytes</caption>
 * <tr><th>bytes</th><th>content</th></tr>
 * <tr><td>0–3</td><td>label, signed</td></tr>
 * <tr><td>4–7</td><td>height</td></tr>
 * <tr><td>8–11</td><td>width</td></tr>
 * <tr><td>12–15</td><td>channels</td></tr>
 * <tr><td>16–19</td><td>CRC-32C of the pixels</td></tr>
 * <tr><td>20–23</td><td>0, or 1 while the pixels lie in the database "staged"</td></tr>
 * <tr><td>24–27</td><td>CRC-32C of the key and of bytes 0–23</td></tr>
 * </table>
 *
 * <p>Reused from image to image, for one thread.
 */
final class ImageRecord {

  static final int BYTES = 28;

  private static final int STAGED = 1;

  private static final int LABEL = 8;
  private static final int HEIGHT = 12;
  private static final int WIDTH = 16;
  private static final int CHANNELS = 20;
  private static final int CHECKSUM = 24;
  private static final int FLAGS = 28;
  private static final int OWN_CHECKSUM = 32;

  // The key, then the record.
  private final byte[] bytes = new byte[Long.BYTES + BYTES];
  private final ByteBuffer view = ByteBuffer.wrap(bytes);
  private final CRC32C crc = new CRC32C();
  private @Nullable ImageShape shape;

  void set(long id, int label, ImageShape shape, int checksum, boolean staged) {
    view.putLong(0, id);
    view.putInt(LABEL, label);
    view.putInt(HEIGHT, shape.height());
    view.putInt(WIDTH, shape.width());
    view.putInt(CHANNELS, shape.channels());
    view.putInt(CHECKSUM, checksum);
    setStaged(staged);
  }

  void setStaged(boolean staged) {
    view.putInt(FLAGS, staged ? STAGED : 0);
    view.putInt(OWN_CHECKSUM, ownChecksum());
  }

  void writeTo(long address) {
    NativeMemory.put(address, bytes, Long.BYTES, BYTES);
  }

  /** Takes over the record of an image, as it lies in the index. */
  void readFrom(TreeCursor entry, long id, Path store) {
    requireBytes(entry.valueSize(), id, store);
    entry.copyShortValue(bytes, Long.BYTES);
    check(id, store);
  }

  /** Takes over the record of an image, as a transaction that writes finds it. */
  void readFrom(Slice value, long id, Path store) {
    requireBytes(value.size, id, store);
    NativeMemory.get(value.address, bytes, Long.BYTES, BYTES);
    check(id, store);
  }

  private static void requireBytes(long size, long id, Path store) {
    if (size != BYTES) {
      throw new CorruptImageException(
          store, id, "its index record has " + size + " bytes instead of " + BYTES);
    }
  }

  private void check(long id, Path store) {
    view.putLong(0, id);
    if (view.getInt(OWN_CHECKSUM) != ownChecksum()) {
      throw new CorruptImageException(store, id, "its index record doesn't match its own checksum");
    }
    int flags = view.getInt(FLAGS);
    if (flags != 0 && flags != STAGED) {
      throw new UnsupportedStoreException(
          "image "
              + id
              + " in store "
              + store
              + " has the flags "
              + Integer.toHexString(flags)
              + ", which this release doesn't know; use a newer one");
    }
  }

  private int ownChecksum() {
    crc.reset();
    crc.update(bytes, 0, OWN_CHECKSUM);
    return (int) crc.getValue();
  }

  int label() {
    return view.getInt(LABEL);
  }

  int checksum() {
    return view.getInt(CHECKSUM);
  }

  boolean staged() {
    return view.getInt(FLAGS) == STAGED;
  }

  /** The shape; the same object as long as images of one shape follow each other. */
  ImageShape shape() {
    ImageShape last = shape;
    if (last == null || !matches(last)) {
      last = new ImageShape(view.getInt(HEIGHT), view.getInt(WIDTH), view.getInt(CHANNELS));
      shape = last;
    }
    return last;
  }

  private boolean matches(ImageShape other) {
    return view.getInt(HEIGHT) == other.height()
        && view.getInt(WIDTH) == other.width()
        && view.getInt(CHANNELS) == other.channels();
  }
}
