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

  /** How many bytes of pixels are read ahead, if that is more than a few images. */
  private static final long BYTES_AHEAD = 8 << 20;

  private static final int LEAST_AHEAD = 4;

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

  /** Reads ahead on the store's threads, some images at a time, which are then in memory. */
  @Override
  public void readEach(StoredImage[] images, EachVisitor visitor) throws IOException {
    if (images.length < 2) {
      io.imagestore.spi.Snapshot.super.readEach(images, visitor);
      return;
    }
    for (int from = 0, to; from < images.length; from = to) {
      to = endOfRun(images, from);
      readRun(images, from, to, visitor);
    }
  }

  /** How far to read ahead. */
  private static int endOfRun(StoredImage[] images, int from) {
    int least = Math.min(images.length, from + LEAST_AHEAD);
    long bytes = 0;
    int end = from;
    while (end < images.length && (end < least || bytes < BYTES_AHEAD)) {
      bytes += images[end].shape().byteCount(); // a file hardly ever has more
      end++;
    }
    return end;
  }

  private void readRun(StoredImage[] images, int from, int to, EachVisitor visitor)
      throws IOException {
    byte[][] bytes = new byte[to - from][];
    @Nullable CorruptImageException[] damages = new CorruptImageException[to - from];
    workers.forEach(
        to - from,
        1 + images[from].shape().byteCount(),
        i -> {
          try {
            read(images[from + i], shown -> bytes[i] = copy(shown));
          } catch (CorruptImageException e) {
            damages[i] = e;
          }
        });
    for (int i = 0; i < bytes.length; i++) {
      if (damages[i] != null) {
        throw damages[i];
      }
      visitor.visit(from + i, ByteBuffer.wrap(bytes[i]));
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
