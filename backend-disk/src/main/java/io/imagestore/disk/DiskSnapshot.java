package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Remains;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A state of the index. The files it names are there, or the state is stale. */
record DiskSnapshot(Path store, Snapshot state, ImageReader reader, Workers workers)
    implements io.imagestore.spi.Snapshot {

  private static final class Found extends StoredImage {
    private final Entry entry;

    Found(long id, Entry entry) {
      super(id, entry.shape(), entry.label(), entry.format());
      this.entry = entry;
    }
  }

  private static Entry entry(StoredImage image) {
    return ((Found) image).entry;
  }

  @Override
  public long count() {
    return state.entries().size();
  }

  @Override
  public OptionalLong lastId() {
    return state.entries().lastId();
  }

  @Override
  public long[] idsFrom(long firstId, int count) {
    return state.ids(firstId, count);
  }

  @Override
  public @Nullable StoredImage find(long id) {
    Entry entry = state.get(id);
    return entry == null ? null : new Found(id, entry);
  }

  @Override
  public @Nullable String metadata(StoredImage image) throws IOException {
    return reader.metadata(image.id(), entry(image));
  }

  @Override
  public void read(StoredImage image, Visitor visitor) throws IOException {
    reader.read(image.id(), entry(image), visitor);
  }

  /** Reads ahead on the store's threads; the caller bounds how many images it asks for. */
  @Override
  public void readEach(StoredImage[] images, EachVisitor visitor) throws IOException {
    if (images.length < 2) {
      io.imagestore.spi.Snapshot.super.readEach(images, visitor);
      return;
    }
    byte[][] bytes = new byte[images.length][];
    @Nullable CorruptImageException[] damages = new CorruptImageException[images.length];
    workers.forEach(
        images.length,
        1 + images[0].shape().byteCount(),
        i -> {
          try {
            read(images[i], shown -> bytes[i] = copy(shown));
          } catch (CorruptImageException e) {
            damages[i] = e;
          }
        });
    for (int i = 0; i < images.length; i++) {
      if (damages[i] != null) {
        throw damages[i];
      }
      visitor.visit(i, ByteBuffer.wrap(bytes[i]));
    }
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    workers.forEach(
        images.length,
        imageBytes,
        i ->
            read(
                images[i],
                bytes ->
                    Pixels.copy(
                        store, images[i], bytes, pixels.slice(i * imageBytes, imageBytes))));
  }

  @Override
  public void check(long id) throws IOException {
    Entry entry = state.get(id);
    if (entry != null) {
      reader.check(id, entry);
    }
  }

  @Override
  public @Nullable Remains remains(long id) throws IOException {
    Entry entry = state.get(id);
    if (entry == null) {
      return null;
    }
    FileNames.Name name = entry.name(id);
    Path file = store.resolve(name.path());
    return Files.exists(file)
        ? new Remains(name.extension(), ByteBuffer.wrap(Files.readAllBytes(file)))
        : null;
  }

  @Override
  public void close() {
    // The garbage collector lets the state go.
  }
}
