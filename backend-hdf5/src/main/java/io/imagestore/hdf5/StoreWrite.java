package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.hdf5.format.RowSource;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.PersistentLongMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One write to a store: images are added one by one or batch by batch, and committed as one. */
abstract class StoreWrite implements AutoCloseable {

  private final Transaction transaction;
  private final StoreLayout layout;
  private final Path location;
  private final PersistentLongMap.Builder<Integer> rows;
  private final Records records;
  private final ByteReuse reuse;
  private final Checksums checksums = new Checksums();
  private Damage damage;

  /**
   * Begins.
   *
   * @param layout the store's, or that which it gets
   * @param reuse of bytes that are no longer needed
   */
  StoreWrite(
      Transaction transaction,
      StoreLayout layout,
      Commit before,
      Path location,
      ByteReuse reuse,
      Hdf5Options options) {
    this.transaction = transaction;
    this.layout = layout;
    this.location = location;
    this.rows = before.rows().toBuilder();
    this.reuse = reuse;
    this.records = new Records(location, layout, transaction);
    this.damage = before.damage();
    if (before.layout() == null) {
      createColumns(options);
    }
  }

  private void createColumns(Hdf5Options options) {
    try {
      transaction.createColumns(Columns.ofRows(layout, options), Columns.ofBytes(layout, options));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new UnsupportedImageException(
          "images of " + layout.shape() + " don't fit store " + location + ": " + e.getMessage(),
          e);
    }
  }

  /** Adds an image, or refuses it. */
  abstract void add(LabeledImage image) throws IOException;

  /** Adds images, or refuses them. */
  abstract void add(ImageBatch batch) throws IOException;

  /** Writes what was gathered. */
  abstract void finish() throws IOException;

  // What the layouts share.

  final Path location() {
    return location;
  }

  final Checksums checksums() {
    return checksums;
  }

  /** The row of an image, also of one that was only gathered, or null if it is new. */
  final @Nullable Integer rowOf(long id) {
    return rows.get(id);
  }

  /** Gives a new image the row behind those there are. */
  final void addRow(long id, int notAppendedYet) {
    long row = transaction.rows() + notAppendedYet;
    if (row >= Integer.MAX_VALUE) {
      throw new StoreFullException(
          "store " + location + " holds 2^31 - 1 images, which is all it can");
    }
    rows.put(id, (int) row);
  }

  final void append(int count, RowSource source) throws IOException {
    transaction.append(count, source);
  }

  /**
   * Writes an image's row over that of an earlier one, whose bytes nobody needs any more; refuses
   * to where the row may be another image's.
   */
  final void replace(long id, int row, RowSource source) throws IOException {
    reuse.letGo(records.readOwn(id, row), layout, transaction);
    damage = damage.without(id);
    for (int column = 0; column < layout.columnsOfRows(); column++) {
      if (column != Columns.IDS) {
        ByteBuffer value = source.values(column);
        transaction.replace(row, column, value);
      }
    }
  }

  final Place put(int column, ByteBuffer bytes) throws IOException {
    int size = bytes.remaining();
    int crc = checksums.of(bytes);
    return new Place(transaction.put(column, bytes), size, crc);
  }

  final Place putMetadata(@Nullable String json) throws IOException {
    return json == null
        ? Place.NONE
        : put(layout.metadata(), ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  /** Stores it, and shows the state after it. */
  final void commit(boolean durable, Consumer<Commit> shown) throws IOException {
    finish();
    PersistentLongMap<Integer> after = rows.build(); // not later, for memory may run out
    transaction.commit(durable, table -> shown.accept(new Commit(table, layout, after, damage)));
  }

  /** Takes everything back if it wasn't committed. */
  @Override
  public final void close() {
    transaction.close();
  }
}
