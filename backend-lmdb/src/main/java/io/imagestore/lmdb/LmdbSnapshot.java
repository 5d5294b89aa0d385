package io.imagestore.lmdb;

import io.imagestore.ImageShape;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One commit's state of a store of ours. */
final class LmdbSnapshot extends TreeSnapshot {

  private static final class Found extends StoredImage {
    private final int checksum;
    private final boolean staged;

    Found(long id, ImageRecord record) {
      super(id, record.shape(), record.label(), null);
      this.checksum = record.checksum();
      this.staged = record.staged();
    }
  }

  private final boolean verifyChecksums;

  LmdbSnapshot(Path store, EnteredSnapshot entered, boolean verifyChecksums) {
    super(store, entered);
    this.verifyChecksums = verifyChecksums;
  }

  @Override
  public @Nullable StoredImage find(long id) {
    return entered.look(view -> Optional.ofNullable(find(view, id))).orElse(null);
  }

  private static @Nullable Found find(StoreView view, long id) {
    return view.find(id) ? new Found(id, view.record()) : null;
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    return null;
  }

  @Override
  ByteBuffer bytes(StoreView view, StoredImage image) {
    return bytes(view, (Found) image, verifyChecksums);
  }

  private static ByteBuffer bytes(StoreView view, Found image, boolean verify) {
    ByteBuffer bytes = view.pixels(image.id(), image.staged, image.shape().byteCount());
    if (verify) {
      view.verify(image.id(), bytes, image.checksum);
      bytes.rewind();
    }
    return bytes;
  }

  /** Checks the copies, which are at hand, rather than what lies in the file. */
  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels) {
    int imageBytes = (int) shape.byteCount();
    entered.look(
        view -> {
          for (int i = 0; i < images.length; i++) {
            copy(view, (Found) images[i], pixels, i * imageBytes, imageBytes);
          }
          return true;
        });
  }

  private void copy(StoreView view, Found image, ByteBuffer pixels, int start, int length) {
    pixels.put(start, view.pixels(image.id(), image.staged, length), 0, length);
    if (verifyChecksums) {
      view.verify(image.id(), pixels.limit(start + length).position(start), image.checksum);
      pixels.limit(pixels.capacity());
    }
  }

  @Override
  void check(StoreView view, long id) {
    Found image = find(view, id);
    if (image != null) {
      bytes(view, image, true);
    }
  }
}
