package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Remains;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A state of the index. The files it names are there, or the state is stale. */
record DiskSnapshot(Path store, Parts parts, Snapshot state, ImageReader reader)
    implements io.imagestore.spi.Snapshot {

  private static Entry entry(StoredImage image) {
    return ((FoundImage) image).entry();
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
    return entry == null ? null : new FoundImage(id, entry);
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
    ReadAhead ahead = parts.ahead.borrow();
    for (int from = 0, to; from < images.length; from = to) {
      to = ahead.reserve(images, from);
      readRun(images, from, to, ahead, visitor);
    }
    ahead.clear();
    parts.ahead.giveBack(ahead); // not after a failure, when a thread may still be writing to it
  }

  private void readRun(StoredImage[] images, int from, int to, ReadAhead ahead, EachVisitor visitor)
      throws IOException {
    parts.workers.forEach(
        to - from,
        1 + images[from].shape().byteCount(),
        i -> {
          try {
            read(images[from + i], bytes -> ahead.put(i, bytes));
          } catch (CorruptImageException e) {
            ahead.fail(i, e);
          }
        });
    for (int i = from; i < to; i++) {
      visitor.visit(i, ahead.get(i - from));
    }
  }

  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    parts.workers.forEach(
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
    Path path = parts.folder.resolve(name.path());
    try {
      requireSizeOfAnImage(path, entry);
      byte[] file = Files.readAllBytes(path);
      return new Remains(name.extension(), ByteBuffer.wrap(file));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** What is held in memory to be laid aside. */
  private static void requireSizeOfAnImage(Path path, Entry entry) throws IOException {
    long bytes = Files.size(path);
    if (bytes > entry.mostFileBytes()) {
      throw new CorruptStoreException(
          "its file "
              + path
              + " has "
              + bytes
              + " bytes, far more than an image of "
              + entry.shape()
              + " takes; move that file away first");
    }
  }

  @Override
  public void close() {
    // The garbage collector lets the state go.
  }
}
