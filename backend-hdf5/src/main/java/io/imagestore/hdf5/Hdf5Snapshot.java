package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.ReadWatch;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.Remains;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A commit of a store. What is read is copied, and believed only if nothing of the commit was
 * overwritten meanwhile, before anyone sees it.
 */
final class Hdf5Snapshot implements Snapshot {

  /** Images are checked while they are in the processor's cache. */
  private static final int BYTES_A_RUN = 1 << 18;

  private final Path store;
  private final HeldCommit held;
  private final Commit commit;
  private final boolean verifyChecksums;
  private final Checksums checksums = new Checksums();
  private @Nullable ByteBuffer pixels;

  Hdf5Snapshot(Path store, HeldCommit held, boolean verifyChecksums) {
    this.store = store;
    this.held = held;
    this.commit = held.commit();
    this.verifyChecksums = verifyChecksums;
  }

  private static final class Found extends StoredImage {
    private final int row;
    private final int bytesCrc;

    Found(long id, ImageShape shape, int label, int row, int bytesCrc) {
      super(id, shape, label, null);
      this.row = row;
      this.bytesCrc = bytesCrc;
    }
  }

  private static int row(StoredImage image) {
    return ((Found) image).row;
  }

  private <T> T reading(ReadWatch.Reading<T> reading) throws IOException {
    try {
      return held.read(reading);
    } catch (InternalError e) {
      // What the JVM makes of a mapped page that is gone.
      throw new CorruptStoreException(
          "store " + store + " was cut off while it was open; restore it from a copy", e);
    }
  }

  @Override
  public Path store() {
    return store;
  }

  @Override
  public long count() {
    return commit.rows().size();
  }

  @Override
  public OptionalLong lastId() {
    return commit.rows().lastId();
  }

  @Override
  public long[] idsFrom(long firstId, int count) {
    return commit.rows().idsFrom(firstId, count);
  }

  @Override
  public @Nullable StoredImage find(long id) throws IOException {
    Integer row = commit.rows().get(id);
    if (row == null) {
      return null;
    }
    return reading(() -> found(id, row, verifyChecksums));
  }

  private Found found(long id, int row, boolean verify) throws IOException {
    ImageShape shape = Objects.requireNonNull(commit.shape());
    try {
      int label = commit.label(row);
      int bytesCrc = commit.checksum(row);
      if (verify
          && commit.recordChecksum(row)
              != checksums.ofRecord(id, label, shape, null, bytesCrc, 0)) {
        throw new CorruptImageException(
            store, id, "its id, label or checksum isn't what was stored, in row " + row);
      }
      return new Found(id, shape, label, row, bytesCrc);
    } catch (Hdf5FormatException e) {
      throw damaged(id, e);
    }
  }

  private CorruptImageException damaged(long id, Hdf5FormatException e) {
    return new CorruptImageException(store, id, String.valueOf(e.getMessage()), e);
  }

  @Override
  public @Nullable String metadata(StoredImage image) {
    return null;
  }

  @Override
  public void read(StoredImage image, Visitor visitor) throws IOException {
    visitor.visit(read(image, verifyChecksums));
  }

  private ByteBuffer read(StoredImage image, boolean verify) throws IOException {
    ByteBuffer into = room((int) image.shape().byteCount());
    return reading(
        () -> {
          copy(image, into.clear());
          if (verify) {
            verify(image, into.flip());
          }
          return into.rewind();
        });
  }

  /** The same each time, for all images are of one shape. */
  private ByteBuffer room(int bytes) {
    ByteBuffer room = pixels;
    if (room == null) {
      room = ByteBuffer.allocate(bytes);
      pixels = room;
    }
    return room;
  }

  private void copy(StoredImage image, ByteBuffer into) throws IOException {
    try {
      commit.table().get(Columns.IMAGES, row(image), into);
    } catch (Hdf5FormatException e) {
      throw damaged(image.id(), e);
    }
  }

  private void verify(StoredImage image, ByteBuffer bytes) {
    Checksum.verify(store, image.id(), ((Found) image).bytesCrc, bytes);
  }

  /** Copies rows that follow one another in one go. */
  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer into)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    int mostRows = Math.max(1, BYTES_A_RUN / imageBytes);
    reading(
        () -> {
          int from = 0;
          while (from < images.length) {
            int to = endOfRun(images, from, Math.min(images.length, from + mostRows));
            ByteBuffer place = into.slice(from * imageBytes, (to - from) * imageBytes);
            readRun(images, from, to, place);
            from = to;
          }
          return into;
        });
  }

  private static int endOfRun(StoredImage[] images, int from, int most) {
    int to = from + 1;
    while (to < most && row(images[to]) == row(images[to - 1]) + 1) {
      to++;
    }
    return to;
  }

  private void readRun(StoredImage[] images, int from, int to, ByteBuffer into) throws IOException {
    int imageBytes = into.capacity() / (to - from);
    try {
      commit.table().get(Columns.IMAGES, row(images[from]), to - from, into);
    } catch (Hdf5FormatException e) {
      copyEach(images, from, to, into.clear()); // tells which image it is
    }
    for (int i = from; i < to && verifyChecksums; i++) {
      verify(images[i], into.slice((i - from) * imageBytes, imageBytes));
    }
  }

  private void copyEach(StoredImage[] images, int from, int to, ByteBuffer into)
      throws IOException {
    for (int i = from; i < to; i++) {
      copy(images[i], into);
    }
  }

  @Override
  public void check(long id) throws IOException {
    Integer row = commit.rows().get(id);
    if (row != null) {
      read(reading(() -> found(id, row, true)), true);
    }
  }

  @Override
  public @Nullable Remains remains(long id) throws IOException {
    Integer row = commit.rows().get(id);
    if (row == null) {
      return null;
    }
    try {
      return new Remains("raw", read(reading(() -> found(id, row, false)), false));
    } catch (CorruptImageException e) {
      return null; // what they lie in can't be read
    }
  }

  @Override
  public void close() {
    held.close();
  }
}
