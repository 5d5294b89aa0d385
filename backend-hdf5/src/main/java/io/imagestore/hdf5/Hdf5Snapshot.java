package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.ReadWatch;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.Pixels;
import io.imagestore.spi.Pool;
import io.imagestore.spi.Remains;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
  private final @Nullable Records records;
  private final Checksums checksums = new Checksums();
  private final Pool<ReadRoom> rooms;
  private final ReadRoom room;

  // What is looked for and what is read, kept here so that no image takes an object.
  private final ReadWatch.Reading<StoredRow> finding = this::findWanted;
  private final ReadWatch.Reading<ByteBuffer> copying = this::readWanted;
  private long wantedId;
  private int wantedRow;
  private StoredRow wanted = new StoredRow();
  private boolean verifyWanted;

  Hdf5Snapshot(Path store, HeldCommit held, Pool<ReadRoom> rooms, boolean verifyChecksums) {
    this.store = store;
    this.held = held;
    this.rooms = rooms;
    this.room = rooms.borrow();
    this.commit = held.commit();
    this.verifyChecksums = verifyChecksums;
    StoreLayout layout = commit.layout();
    this.records = layout == null ? null : new Records(store, layout, commit.table());
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
    long[] ids = idsToCheck(firstId, count);
    commit.damage().requireNoneAmong(ids, store);
    return ids;
  }

  @Override
  public long[] idsToCheck(long firstId, int count) {
    return commit.rows().idsFrom(firstId, count);
  }

  @Override
  public @Nullable StoredImage find(long id) throws IOException {
    Integer row = commit.rows().get(id);
    if (row == null) {
      commit.damage().requireNone(id, store);
      return null;
    }
    return found(id, row, verifyChecksums);
  }

  private StoredRow found(long id, int row, boolean verify) throws IOException {
    wantedId = id;
    wantedRow = row;
    verifyWanted = verify;
    return reading(finding);
  }

  private StoredRow findWanted() throws IOException {
    return Objects.requireNonNull(records).read(wantedId, wantedRow, verifyWanted, room.row());
  }

  private CorruptImageException damaged(long id, Hdf5FormatException e) {
    return new CorruptImageException(store, id, String.valueOf(e.getMessage()), e);
  }

  private boolean isMixed() {
    return Objects.requireNonNull(commit.layout()).isMixed();
  }

  // Metadata.

  @Override
  public @Nullable String metadata(StoredImage image) throws IOException {
    Place place = ((StoredRow) image).metadata();
    return place.equals(Place.NONE) ? null : metadata(image.id(), place);
  }

  private String metadata(long id, Place place) throws IOException {
    int column = Objects.requireNonNull(commit.layout()).metadata();
    if (place.isNone() || place.size() > LabeledImage.MAX_METADATA_BYTES) {
      throw new CorruptImageException(
          store, id, "its metadata has " + Integer.toUnsignedLong(place.size()) + " bytes");
    }
    requireWithin(id, "metadata", place, column);
    ByteBuffer utf8 =
        reading(
            () -> {
              ByteBuffer into = room.bytes(place.size());
              copy(id, column, place.offset(), place.size(), into);
              verify(id, "its metadata's CRC-32C", place.crc(), into.flip());
              return into.rewind();
            });
    return StandardCharsets.UTF_8.decode(utf8).toString();
  }

  // Bytes.

  @Override
  public void read(StoredImage image, Visitor visitor) throws IOException {
    visitor.visit(read((StoredRow) image, verifyChecksums));
  }

  @Override
  public void readEach(StoredImage[] images, EachVisitor visitor) throws IOException {
    for (int i = 0; i < images.length; i++) {
      visitor.visit(i, read((StoredRow) images[i], verifyChecksums));
    }
  }

  /** In memory that is the same for many images. */
  private ByteBuffer read(StoredRow image, boolean verify) throws IOException {
    requirePlace(image);
    wanted = image;
    verifyWanted = verify;
    return reading(copying);
  }

  private ByteBuffer readWanted() throws IOException {
    ByteBuffer into = room.bytes(wanted.size());
    copy(wanted, into);
    if (verifyWanted) {
      verify(wanted, into.flip());
    }
    return into.rewind();
  }

  /** Refuses a place where there are no bytes, before memory is taken. */
  private void requirePlace(StoredRow image) {
    if (!isMixed()) {
      if (!commit.table().areWritten(Columns.IMAGES, image.row(), 1)) {
        throw unwritten(image.id(), "pixels");
      }
      return;
    }
    Place place = image.bytes();
    requireWithin(image.id(), "bytes", place, Columns.BYTES);
    if (image.format() == null && place.size() != image.shape().byteCount()) {
      throw new CorruptImageException(
          store,
          image.id(),
          "it has " + place.size() + " bytes, which isn't what " + image.shape() + " takes");
    }
  }

  private void requireWithin(long id, String what, Place place, int column) {
    long length = commit.table().length(column);
    if (!place.isWithin(length)) {
      throw new CorruptImageException(
          store,
          id,
          "its "
              + what
              + " should be "
              + Integer.toUnsignedLong(place.size())
              + " at "
              + place.offset()
              + ", but there are "
              + length);
    }
    if (!place.isNone() && !commit.table().areWritten(column, place.offset(), place.size())) {
      throw unwritten(id, what);
    }
  }

  private CorruptImageException unwritten(long id, String what) {
    return new CorruptImageException(store, id, "its " + what + " were never written");
  }

  private void copy(StoredRow image, ByteBuffer into) throws IOException {
    if (isMixed()) {
      copy(image.id(), Columns.BYTES, image.offset(), image.size(), into);
      return;
    }
    try {
      commit.table().get(Columns.IMAGES, image.row(), into);
    } catch (Hdf5FormatException e) {
      copySalvaged(image, into, e);
    }
  }

  /** Of a chunk that can't be decoded, an image may be whole; its checksum tells. */
  private void copySalvaged(StoredRow image, ByteBuffer into, Hdf5FormatException damage)
      throws IOException {
    ByteBuffer salvaged = into.slice();
    commit.table().salvage(Columns.IMAGES, image.row(), 1, into);
    if (checksums.ofUsedUp(salvaged.limit(image.size())) != image.crc()) {
      throw damaged(image.id(), damage);
    }
  }

  private void copy(long id, int column, long offset, int size, ByteBuffer into)
      throws IOException {
    try {
      commit.table().get(column, offset, size, into);
    } catch (Hdf5FormatException e) {
      throw damaged(id, e);
    }
  }

  /** Checks what remains, which is used up. */
  private void verify(StoredRow image, ByteBuffer bytes) {
    verify(image.id(), "its CRC-32C", image.crc(), bytes);
  }

  private void verify(long id, String what, int expected, ByteBuffer bytes) {
    int actual = checksums.ofUsedUp(bytes);
    if (expected != actual) {
      throw new CorruptImageException(
          store, id, String.format("%s should be %08x, but is %08x", what, expected, actual));
    }
  }

  // Pixels.

  @Override
  public void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer into)
      throws IOException {
    if (images.length > 0 && isMixed()) {
      readMixed(images, shape, into);
    } else {
      readUniform(images, shape, into);
    }
  }

  private void readMixed(StoredImage[] images, ImageShape shape, ByteBuffer into)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    for (int i = 0; i < images.length; i++) {
      StoredRow image = (StoredRow) images[i];
      ByteBuffer place = into.slice(i * imageBytes, imageBytes);
      if (image.format() == null) {
        readRaw(image, place);
      } else {
        Pixels.copy(store, image, read(image, verifyChecksums), place);
      }
    }
  }

  private void readRaw(StoredRow image, ByteBuffer into) throws IOException {
    requirePlace(image);
    reading(
        () -> {
          copy(image, into);
          if (verifyChecksums) {
            verify(image, into.flip());
          }
          return into;
        });
  }

  /** Copies rows that follow one another in one go. */
  private void readUniform(StoredImage[] images, ImageShape shape, ByteBuffer into)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    int mostRows = Math.max(1, BYTES_A_RUN / imageBytes);
    ByteBuffer place = into.duplicate();
    reading(
        () -> {
          int from = 0;
          while (from < images.length) {
            int to = endOfRun(images, from, Math.min(images.length, from + mostRows));
            readRun(images, from, to, imageBytes, place);
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

  private static int row(StoredImage image) {
    return ((StoredRow) image).row();
  }

  private void readRun(StoredImage[] images, int from, int to, int imageBytes, ByteBuffer place)
      throws IOException {
    show(from, to, imageBytes, place);
    try {
      commit.table().get(Columns.IMAGES, row(images[from]), to - from, place);
    } catch (Hdf5FormatException e) {
      show(from, to, imageBytes, place);
      copyEach(images, from, to, place); // tells which image it is
    }
    for (int i = from; i < to && verifyChecksums; i++) {
      show(i, i + 1, imageBytes, place);
      verify((StoredRow) images[i], place);
    }
  }

  /** Has a buffer be about images that lie side by side in it. */
  private static void show(int from, int to, int imageBytes, ByteBuffer place) {
    place.limit(to * imageBytes).position(from * imageBytes);
  }

  private void copyEach(StoredImage[] images, int from, int to, ByteBuffer into)
      throws IOException {
    for (int i = from; i < to; i++) {
      copy((StoredRow) images[i], into);
    }
  }

  @Override
  public void check(long id) throws IOException {
    Integer row = commit.rows().get(id);
    if (row != null) {
      StoredRow image = found(id, row, true);
      read(image, true);
      metadata(image);
    }
  }

  @Override
  public @Nullable Remains remains(long id) throws IOException {
    Integer row = commit.rows().get(id);
    return row == null ? null : remainsOfRow(row);
  }

  /** What is left of an image, whatever its record says of it. */
  @Nullable Remains remainsOfRow(int row) throws IOException {
    ImageShape shape = Objects.requireNonNull(commit.layout()).shape();
    if (shape != null) {
      return commit.table().areWritten(Columns.IMAGES, row, 1)
          ? new Remains("raw", salvaged(Columns.IMAGES, row, 1, (int) shape.byteCount()))
          : null;
    }
    Records left = Objects.requireNonNull(records).salvaging();
    Place place = reading(() -> left.bytes(row));
    if (!place.isWithin(commit.table().length(Columns.BYTES))
        || !commit.table().areWritten(Columns.BYTES, place.offset(), place.size())) {
      return null; // where they lie can't be told
    }
    String extension = reading(() -> left.extension(row));
    return new Remains(
        extension, salvaged(Columns.BYTES, place.offset(), place.size(), place.size()));
  }

  private ByteBuffer salvaged(int column, long row, int count, int bytes) throws IOException {
    return reading(
        () -> {
          ByteBuffer into = ByteBuffer.allocate(bytes);
          commit.table().salvage(column, row, count, into);
          return into.flip();
        });
  }

  @Override
  public void close() {
    room.forget();
    rooms.giveBack(room);
    held.close();
  }
}
