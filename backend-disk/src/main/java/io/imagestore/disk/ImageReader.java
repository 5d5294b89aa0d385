package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.spi.Pool;
import io.imagestore.spi.Snapshot.Visitor;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads files and metadata. What isn't as its entry says is damaged, unless the image has been
 * replaced or deleted meanwhile: then what named the entry is stale.
 */
final class ImageReader {
  /** Deflate makes up to 1032 bytes of one, and PNG four bytes of each bit. */
  private static final long MOST_FROM_A_BYTE = 1032 * 32;

  private final Path store;
  private final Parts parts;
  private final Pool<Codec> codecs;
  private final Index index;
  private final boolean verify;
  private final long maxPixels;

  ImageReader(
      Path store, Parts parts, Pool<Codec> codecs, Index index, long maxPixels, boolean verify) {
    this.store = store;
    this.parts = parts;
    this.codecs = codecs;
    this.index = index;
    this.maxPixels = maxPixels;
    this.verify = verify;
  }

  /**
   * Shows the pixels of a raw image or the file of an encoded one, checked as the store's options
   * say.
   *
   * @throws StaleSnapshotException if the image has been replaced or deleted meanwhile, and its
   *     file with it
   */
  void read(long id, Entry entry, Visitor visitor) throws IOException {
    read(id, entry, verify, visitor);
  }

  /** Reads and checks an image and its metadata. */
  void check(long id, Entry entry) throws IOException {
    read(id, entry, true, bytes -> {});
    metadata(id, entry);
  }

  /**
   * The metadata of an image, checked; null if it has none.
   *
   * @throws StaleSnapshotException if the image has been replaced or deleted meanwhile, and its
   *     metadata with it
   */
  @Nullable String metadata(long id, Entry entry) throws IOException {
    MetadataPlace place = entry.metadata();
    if (place.isNone()) {
      return null;
    }
    String file = MetadataLines.file(place.generation());
    try {
      String text = parts.metadata.read(id, place);
      if (text != null) {
        return text;
      }
    } catch (NoSuchFileException e) {
      requireCurrent(id, entry);
      throw new CorruptImageException(store, id, "its metadata's file " + file + " is missing", e);
    }
    requireCurrent(id, entry);
    throw new CorruptImageException(
        store, id, "its metadata at byte " + place.at() + " of " + file + " isn't what was stored");
  }

  private void read(long id, Entry entry, boolean checksum, Visitor visitor) throws IOException {
    Codec codec = codecs.borrow();
    try {
      visitor.visit(bytes(id, entry, checksum, codec));
    } finally {
      codecs.giveBack(codec);
    }
  }

  private ByteBuffer bytes(long id, Entry entry, boolean checksum, Codec codec) throws IOException {
    try {
      ByteBuffer bytes = entry.format() == null ? decode(id, entry, codec) : file(id, entry, codec);
      if (checksum && codec.crc32c(bytes) != entry.crc32c()) {
        String held = entry.format() == null ? "pixels" : "bytes";
        throw corrupt(
            id, entry, "has other " + held + " than were stored: their CRC-32C differs", null);
      }
      return bytes;
    } catch (CorruptImageException e) {
      requireCurrent(id, entry);
      throw e;
    } catch (NoSuchFileException e) {
      requireCurrent(id, entry);
      throw corrupt(id, entry, "is missing", e);
    }
  }

  private void requireCurrent(long id, Entry entry) throws IOException {
    if (!entry.equals(index.refreshed().get(id))) {
      throw new StaleSnapshotException();
    }
  }

  private ByteBuffer decode(long id, Entry entry, Codec codec) throws IOException {
    requireWithinLimit(id, entry);
    try {
      ByteBuffer file = parts.files.readAny(id, entry, codec);
      ImageShape shape = entry.shape();
      requireRoomFor(shape, file);
      ByteBuffer pixels = codec.pixels((int) shape.byteCount());
      Png.decode(file, shape, pixels);
      return pixels.flip();
    } catch (DecodeException | UnsupportedImageException e) {
      throw corrupt(id, entry, "isn't what was stored: " + e.getMessage(), e);
    }
  }

  /** Memory isn't taken on the table's word alone. */
  private static void requireRoomFor(ImageShape shape, ByteBuffer file) {
    long bytes = shape.byteCount();
    if (bytes > Integer.MAX_VALUE || bytes > MOST_FROM_A_BYTE * file.remaining()) {
      throw new DecodeException(
          "a PNG of " + file.remaining() + " bytes can't hold an image of " + shape);
    }
  }

  private ByteBuffer file(long id, Entry entry, Codec codec) throws IOException {
    ByteBuffer file = parts.files.read(id, entry, codec);
    if (file.remaining() != entry.fileBytes()) {
      String more = file.remaining() > entry.fileBytes() ? "more" : "fewer";
      throw corrupt(
          id, entry, "has " + more + " than the " + entry.fileBytes() + " bytes stored", null);
    }
    return file;
  }

  private void requireWithinLimit(long id, Entry entry) {
    if (entry.shape().pixelCount() > maxPixels) {
      throw new UnsupportedImageException(
          "image "
              + id
              + " in store "
              + store
              + " is "
              + entry.shape()
              + ", more than the "
              + maxPixels
              + " pixels that maxPixels allows; open the store with a higher limit");
    }
  }

  private CorruptImageException corrupt(
      long id, Entry entry, String problem, @Nullable Throwable cause) {
    return new CorruptImageException(
        store, id, "its file " + entry.name(id).path() + " " + problem, cause);
  }
}
