package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Pool;
import io.imagestore.spi.Remains;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One commit's state of a store of ours. */
final class LmdbSnapshot extends TreeSnapshot {

  /** Null if checksums aren't verified. */
  private final @Nullable Pool<CopyBuffer> buffers;

  private @Nullable CopyBuffer buffer;

  LmdbSnapshot(Path store, EnteredSnapshot entered, @Nullable Pool<CopyBuffer> buffers) {
    super(store, entered);
    this.buffers = buffers;
  }

  @Override
  public @Nullable StoredImage find(long id) {
    return entered.look(view -> Optional.ofNullable(find(view, id))).orElse(null);
  }

  private static @Nullable FoundImage find(StoreView view, long id) {
    return view.find(id) ? new FoundImage(id, view.record()) : null;
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    FoundImage found = (FoundImage) image;
    return found.hasMetadata()
        ? entered.look(view -> Optional.ofNullable(view.metadata(found))).orElse(null)
        : null;
  }

  @Override
  ByteBuffer bytes(StoreView view, StoredImage image) {
    FoundImage found = (FoundImage) image;
    ByteBuffer bytes = view.bytes(found, false);
    return buffers == null ? bytes : checkedCopy(view, found, bytes, buffers);
  }

  /** The file may change between a look that checks its bytes and one that takes them. */
  private ByteBuffer checkedCopy(
      StoreView view, FoundImage image, ByteBuffer bytes, Pool<CopyBuffer> pool) {
    CopyBuffer own = buffer;
    if (own == null) {
      own = pool.borrow();
      buffer = own;
    }
    ByteBuffer copy = own.copyOf(bytes);
    view.verify(image.id(), "its bytes have", copy, image.bytesCrc());
    return copy;
  }

  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    for (int i = 0; i < images.length; i++) {
      FoundImage image = (FoundImage) images[i];
      ByteBuffer place = pixels.slice(i * imageBytes, imageBytes);
      if (image.format() == null) {
        copy(image, place);
      } else {
        read(image, file -> Pixels.copy(store(), image, file, place));
      }
    }
  }

  /** Checks the copy, which is at hand, rather than what lies in the file. */
  private void copy(FoundImage image, ByteBuffer place) {
    entered.look(
        view -> {
          place.put(view.bytes(image, false)).flip();
          if (buffers != null) {
            view.verify(image.id(), "its bytes have", place, image.bytesCrc());
          }
          return place;
        });
  }

  @Override
  public @Nullable Remains remains(long id) throws IOException {
    return entered.look(view -> Optional.ofNullable(remains(view, id))).orElse(null);
  }

  private static @Nullable Remains remains(StoreView view, long id) {
    byte[] bytes = view.remains(id);
    return bytes == null ? null : new Remains(extension(view, id), ByteBuffer.wrap(bytes));
  }

  private static String extension(StoreView view, long id) {
    try {
      FoundImage image = find(view, id);
      return image == null || image.format() == null ? "raw" : image.format();
    } catch (CorruptImageException | CorruptStoreException e) {
      return "raw"; // what tells the format is damaged
    }
  }

  @Override
  void check(StoreView view, long id) {
    FoundImage image = find(view, id);
    if (image != null) {
      view.bytes(image, true);
      view.metadata(image);
    }
  }

  @Override
  public void close() {
    CopyBuffer own = buffer;
    if (own != null && buffers != null) {
      buffers.giveBack(own);
      buffer = null;
    }
    super.close();
  }
}
