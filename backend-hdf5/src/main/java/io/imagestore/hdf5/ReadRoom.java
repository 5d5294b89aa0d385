package io.imagestore.hdf5;

import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What one call after another reads into, so that a call takes no memory of its own: what rows say,
 * and one image's bytes. For one thread at a time.
 */
final class ReadRoom implements Pool.Item {

  /** More rows of one call are left to the garbage collector. */
  private static final int MOST_ROWS = 1 << 12;

  /** About what one takes. */
  private static final int ROW_BYTES = 64;

  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private StoredRow[] rows = new StoredRow[0];
  private int used;

  /** A row to fill, which stays until {@link #forget}. */
  StoredRow row() {
    if (used == MOST_ROWS) {
      return new StoredRow();
    }
    if (used == rows.length) {
      rows = Arrays.copyOf(rows, Math.max(16, 2 * used));
      for (int i = used; i < rows.length; i++) {
        rows[i] = new StoredRow();
      }
    }
    return rows[used++];
  }

  /** Uses the rows for others. */
  void forget() {
    used = 0;
  }

  /**
   * A buffer for one image's bytes.
   *
   * @return of this size, at position 0; valid until the next
   */
  ByteBuffer bytes(int size) {
    if (bytes.capacity() < size) {
      bytes = ByteBuffer.allocate(size);
    }
    return bytes.clear().limit(size);
  }

  @Override
  public long heldBytes() {
    return bytes.capacity() + (long) ROW_BYTES * rows.length;
  }

  @Override
  public void close() {
    bytes = ByteBuffer.allocate(0);
  }
}
