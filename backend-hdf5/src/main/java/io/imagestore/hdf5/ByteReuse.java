package io.imagestore.hdf5;

import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.TableView;
import io.imagestore.hdf5.format.Transaction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Lets bytes be used again that no image needs. Where bytes lie, no checksum covers; so nothing is
 * let go but what is proven to be an image's by its own checksum, and by no other image's lying
 * there too.
 */
final class ByteReuse {

  private static final int ROWS_AT_ONCE = 8192;

  private final boolean disjoint;

  private ByteReuse(boolean disjoint) {
    this.disjoint = disjoint;
  }

  /** Begins for a table that was just opened, whose gaps may be used again from now on. */
  static ByteReuse begin(Hdf5Table table, Commit commit) throws IOException {
    StoreLayout layout = commit.layout();
    if (layout == null) {
      return new ByteReuse(true);
    }
    try {
      return begin(table, commit, layout);
    } catch (Hdf5FormatException e) {
      return new ByteReuse(false); // what can't be read may refer to any bytes
    }
  }

  private static ByteReuse begin(Hdf5Table table, Commit commit, StoreLayout layout)
      throws IOException {
    Used metadata = Used.read(commit.table(), Columns.METADATA_OFFSETS, Columns.METADATA_SIZES);
    boolean disjoint = metadata.areDisjointWithin(commit.table().length(layout.metadata()));
    Used bytes = null;
    if (layout.isMixed()) {
      bytes = Used.read(commit.table(), Columns.OFFSETS, Columns.SIZES);
      disjoint &= bytes.areDisjointWithin(commit.table().length(Columns.BYTES));
    }
    if (disjoint) {
      metadata.freeGaps(table, layout.metadata());
      if (bytes != null) {
        bytes.freeGaps(table, Columns.BYTES);
      }
    }
    return new ByteReuse(disjoint);
  }

  /**
   * Lets go of the bytes of an image that a transaction replaces or deletes.
   *
   * @param old is sound, for what a damaged row refers to may be another image's
   */
  void letGo(StoredRow old, StoreLayout layout, Transaction transaction) throws IOException {
    if (!disjoint) {
      return;
    }
    letGo(old.metadata(), layout.metadata(), transaction);
    if (layout.isMixed()) {
      letGo(old.bytes(), Columns.BYTES, transaction);
    }
  }

  private static void letGo(Place place, int column, Transaction transaction) throws IOException {
    if (!place.isNone()) {
      OptionalInt crc = transaction.crc32c(column, place.offset(), place.size());
      if (crc.isPresent() && crc.getAsInt() == place.crc()) {
        transaction.letGo(column, place.offset(), place.size());
      }
    }
  }

  /**
   * Stretches in use.
   *
   * @param starts where they begin, ascending
   * @param ends where they end, ascending, which are in the same order where none overlap
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Used(long[] starts, long[] ends) {

    static Used read(TableView table, int offsets, int sizes) throws IOException {
      int rows = (int) table.rows();
      long[] starts = new long[rows];
      long[] ends = new long[rows];
      ByteBuffer offset = buffer(Long.BYTES);
      ByteBuffer size = buffer(Integer.BYTES);
      int used = 0;
      for (int first = 0; first < rows && first >= 0; first += ROWS_AT_ONCE) {
        int count = Math.min(ROWS_AT_ONCE, rows - first);
        table.get(offsets, first, count, offset.clear());
        table.get(sizes, first, count, size.clear());
        for (int i = 0; i < count; i++) {
          int bytes = size.getInt(Integer.BYTES * i);
          if (bytes != 0) {
            starts[used] = offset.getLong(Long.BYTES * i);
            ends[used] = starts[used] + bytes;
            used++;
          }
        }
      }
      Arrays.sort(starts, 0, used);
      Arrays.sort(ends, 0, used);
      return new Used(Arrays.copyOf(starts, used), Arrays.copyOf(ends, used));
    }

    private static ByteBuffer buffer(int bytesEach) {
      return ByteBuffer.allocate(bytesEach * ROWS_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
    }

    boolean areDisjointWithin(long length) {
      long end = 0;
      for (int i = 0; i < starts.length; i++) {
        if (starts[i] < end || ends[i] < starts[i]) {
          return false;
        }
        end = ends[i];
      }
      return end <= length;
    }

    void freeGaps(Hdf5Table table, int column) {
      long end = 0;
      for (int i = 0; i < starts.length; i++) {
        free(table, column, end, starts[i]);
        end = ends[i];
      }
      free(table, column, end, table.view().length(column));
    }

    private static void free(Hdf5Table table, int column, long from, long to) {
      if (to > from) {
        table.free(column, from, to - from);
      }
    }
  }
}
