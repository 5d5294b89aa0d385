package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.internal.Pool;
import io.imagestore.internal.png.PngChunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Turns files into images. A file that isn't as its entry says is damaged, unless the image has
 * been replaced or deleted meanwhile: then it is read as it is now.
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

  /** Takes the pixels of an image, which begin the array. */
  private interface Sink<T> {
    T take(Entry entry, byte[] pixels);
  }

  /** The image, or null if there is none. */
  @Nullable LabeledImage read(long id) throws IOException {
    return read(
        id,
        index.current().get(id),
        verify,
        (entry, pixels) -> {
          ImageShape shape = entry.shape();
          int length = (int) shape.byteCount();
          Image image = Image.of(shape, ByteBuffer.wrap(pixels, 0, length));
          return new LabeledImage(id, image, entry.label());
        });
  }

  /**
   * Reads the pixels of an image of one shape into a part of a buffer.
   *
   * @param found its entry as it was looked up before
   * @return the entry of what has been read, or null if it has been deleted or has another shape
   *     now
   */
  @Nullable Entry readInto(long id, Entry found, ByteBuffer buffer, int at) throws IOException {
    return read(
        id,
        found,
        verify,
        (entry, pixels) -> {
          if (entry.shape().equals(found.shape())) {
            buffer.put(at, pixels, 0, (int) entry.shape().byteCount());
          }
          return entry;
        });
  }

  /** Reads and checks an image. */
  void check(long id) throws IOException {
    read(id, index.current().get(id), true, (entry, pixels) -> entry);
  }

  private <T> @Nullable T read(long id, @Nullable Entry found, boolean checksum, Sink<T> sink)
      throws IOException {
    Entry entry = found;
    while (entry != null) {
      try {
        return readOnce(id, entry, checksum, sink);
      } catch (CorruptImageException | NoSuchFileException e) {
        Entry now = index.refreshed().get(id);
        if (entry.equals(now)) {
          throw e instanceof CorruptImageException corrupt
              ? corrupt
              : new CorruptImageException(
                  store, id, "its file " + path(id, entry) + " is missing", e);
        }
        entry = now;
      }
    }
    return null;
  }

  private <T> T readOnce(long id, Entry entry, boolean checksum, Sink<T> sink) throws IOException {
    Codec codec = codecs.borrow();
    try {
      byte[] pixels = decode(id, entry, codec);
      if (checksum && codec.crc32c(pixels, (int) entry.shape().byteCount()) != entry.crc32c()) {
        throw corrupt(id, entry, "has other pixels than were stored: their CRC-32C differs", null);
      }
      return sink.take(entry, pixels);
    } finally {
      codecs.giveBack(codec);
    }
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
      throw new UnsupportedStoreException(
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
