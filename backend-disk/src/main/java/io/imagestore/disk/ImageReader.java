package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.internal.Pool;
import io.imagestore.internal.png.PngChunks;
import io.imagestore.spi.Snapshot.Visitor;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Turns files into pixels. A file that isn't as its entry says is damaged, unless the image has
 * been replaced or deleted meanwhile: then what named the entry is stale.
 */
final class ImageReader {
  private final Path store;
  private final ImageFiles files;
  private final Pool<Codec> codecs;
  private final Index index;
  private final boolean verify;
  private final long maxPixels;

  ImageReader(
      Path store,
      ImageFiles files,
      Pool<Codec> codecs,
      Index index,
      long maxPixels,
      boolean verify) {
    this.store = store;
    this.files = files;
    this.codecs = codecs;
    this.index = index;
    this.maxPixels = maxPixels;
    this.verify = verify;
  }

  /**
   * Shows an image's pixels, checked as the store's options say.
   *
   * @throws StaleSnapshotException if the image has been replaced or deleted meanwhile, and its
   *     file with it
   */
  void read(long id, Entry entry, Visitor visitor) throws IOException {
    read(id, entry, verify, visitor);
  }

  /** Reads and checks an image. */
  void check(long id, Entry entry) throws IOException {
    read(id, entry, true, pixels -> {});
  }

  private void read(long id, Entry entry, boolean checksum, Visitor visitor) throws IOException {
    Codec codec = codecs.borrow();
    try {
      visitor.visit(ByteBuffer.wrap(pixels(id, entry, checksum, codec), 0, length(entry)));
    } finally {
      codecs.giveBack(codec);
    }
  }

  /** The pixels, which begin the array. */
  private byte[] pixels(long id, Entry entry, boolean checksum, Codec codec) throws IOException {
    try {
      byte[] pixels = decode(id, entry, codec);
      if (checksum && codec.crc32c(pixels, length(entry)) != entry.crc32c()) {
        throw corrupt(id, entry, "has other pixels than were stored: their CRC-32C differs", null);
      }
      return pixels;
    } catch (CorruptImageException | NoSuchFileException e) {
      if (!entry.equals(index.refreshed().get(id))) {
        throw new StaleSnapshotException();
      }
      throw e instanceof CorruptImageException corrupt
          ? corrupt
          : new CorruptImageException(store, id, "its file " + path(id, entry) + " is missing", e);
    }
  }

  private static int length(Entry entry) {
    return (int) entry.shape().byteCount();
  }

  private byte[] decode(long id, Entry entry, Codec codec) throws IOException {
    requireWithinLimit(id, entry);
    try {
      PngChunks png = new PngChunks(files.read(id, entry, codec));
      ImageShape shape = png.shape();
      if (!shape.equals(entry.shape())) {
        throw corrupt(id, entry, "is " + shape + ", but " + entry.shape() + " was stored", null);
      }
      byte[] pixels = codec.pixels((int) shape.byteCount());
      codec.decoder().decode(png, ByteBuffer.wrap(pixels));
      return pixels;
    } catch (UnsupportedImageException e) {
      throw corrupt(id, entry, "isn't what was stored: " + e.getMessage(), e);
    } catch (DecodeException e) {
      throw corrupt(id, entry, "is no whole PNG: " + e.getMessage(), e);
    }
  }

  private void requireWithinLimit(long id, Entry entry) {
    if (entry.pixelCount() > maxPixels) {
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
        store, id, "its file " + path(id, entry) + " " + problem, cause);
  }

  private static String path(long id, Entry entry) {
    return FileNames.path(id, entry.sequence());
  }
}
