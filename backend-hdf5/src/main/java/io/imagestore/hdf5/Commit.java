package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.hdf5.format.TableView;
import io.imagestore.internal.PersistentLongMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A store as some commit left it: the table, and in which row each id is. Immutable.
 *
 * @param shape that of all images, or null while there never was one
 */
record Commit(TableView table, @Nullable ImageShape shape, PersistentLongMap<Integer> rows) {

  private static final int ROWS_AT_ONCE = 8192;

  /** Reads the ids. */
  static Commit load(TableView table, Path location) throws IOException {
    Columns.check(table.columns(), location);
    if (table.rows() > Integer.MAX_VALUE) {
      throw new CorruptStoreException(
          "store " + location + " claims to have " + table.rows() + " rows; 2^31 - 1 fit");
    }
    int count = (int) table.rows();
    PersistentLongMap.Builder<Integer> rows = PersistentLongMap.<Integer>empty().toBuilder();
    ByteBuffer ids = buffer();
    for (int first = 0; first < count; first += ROWS_AT_ONCE) {
      int part = Math.min(ROWS_AT_ONCE, count - first);
      table.get(Columns.IDS, first, part, ids.clear());
      for (int i = 0; i < part; i++) {
        add(ids.getLong(8 * i), first + i, rows, location);
      }
    }
    return new Commit(table, shapeOf(table), rows.build());
  }

  private static void add(
      long id, int row, PersistentLongMap.Builder<Integer> rows, Path location) {
    if (id < 0) {
      throw new CorruptStoreException(
          "row " + row + " of store " + location + " has the negative id " + id);
    }
    Integer earlier = rows.get(id);
    if (earlier != null) {
      throw new CorruptStoreException(
          "id "
              + id
              + " stands in row "
              + earlier
              + " and in row "
              + row
              + " of store "
              + location);
    }
    rows.put(id, row);
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(8 * ROWS_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
  }

  int label(int row) throws IOException {
    return table.getInt(Columns.LABELS, row);
  }

  int checksum(int row) throws IOException {
    return table.getInt(Columns.CHECKSUMS, row);
  }

  int recordChecksum(int row) throws IOException {
    return table.getInt(Columns.RECORDS, row);
  }

  /** The state after a commit of this process. */
  Commit after(TableView next, PersistentLongMap<Integer> nextRows) {
    return new Commit(next, shape == null ? shapeOf(next) : shape, nextRows);
  }

  private static @Nullable ImageShape shapeOf(TableView table) {
    if (table.columns().isEmpty()) {
      return null;
    }
    return Columns.shapeOf(table.columns().get(Columns.IMAGES));
  }
}
