package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as it was after some commit. Immutable; any number of threads may read through it at
 * once, while the table is changed. Use it within {@link Hdf5Table#read}, which tells when space
 * that it refers to was used for something else.
 */
public final class TableView implements RowReader {

  private final StorageFile storage;
  private final ChunkCache cache;
  private final long bytes;
  private final List<ColumnView> columns;

  TableView(StorageFile storage, ChunkCache cache, long bytes, List<ColumnView> columns) {
    this.storage = storage;
    this.cache = cache;
    this.bytes = bytes;
    this.columns = columns;
  }

  /**
   * A column's chunks.
   *
   * @param length how many rows it has
   * @param chunks by number; may have more than the rows need, and has null for a chunk that was
   *     never written
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record ColumnView(ColumnSpec spec, int rowBytes, long length, @Nullable Chunk[] chunks) {

    ColumnView(ColumnSpec spec, long length, @Nullable Chunk[] chunks) {
      this(spec, spec.rowBytes(), length, chunks);
    }

    /**
     * Chunks with another one, in an array that views share.
     *
     * @param seen whether one of them shows what the other is put in place of, so that the array is
     *     copied
     */
    static @Nullable Chunk[] with(@Nullable Chunk[] shared, int number, Chunk chunk, boolean seen) {
      @Nullable Chunk[] chunks = seen ? shared.clone() : shared;
      if (number >= chunks.length) {
        chunks = Arrays.copyOf(chunks, Math.max(number + 1, chunks.length * 3 / 2));
      }
      chunks[number] = chunk;
      return chunks;
    }
  }

  /**
   * How many rows there are.
   *
   * @return 0 or more
   */
  public long rows() {
    return length(0);
  }

  /**
   * How long a column is, be it one of rows or of bytes.
   *
   * @param column its index
   * @return 0 or more; 0 while the table has no columns
   */
  public long length(int column) {
    return column < columns.size() ? columns.get(column).length : 0;
  }

  /**
   * How long the file is, without a hole at its end.
   *
   * @return bytes
   */
  public long bytes() {
    return bytes;
  }

  /**
   * The columns, first those of rows, then those of bytes, in the order asked for on opening; empty
   * while the table has none.
   *
   * @return what each is like
   */
  public List<ColumnSpec> columns() {
    return columns.stream().map(ColumnView::spec).toList();
  }

  /** The chunk of a number, or null if it was never written or has no row. */
  @Nullable Chunk chunk(int column, long number) {
    @Nullable Chunk[] chunks = chunks(column);
    boolean hasRows =
        column < columns.size() && number * columns.get(column).spec.chunkRows() < length(column);
    return hasRows && number < chunks.length ? chunks[(int) number] : null;
  }

  @Nullable Chunk[] chunks(int column) {
    return column < columns.size() ? columns.get(column).chunks : new Chunk[0];
  }

  /** The next state of the same table. */
  TableView with(long newBytes, List<ColumnView> newColumns) {
    return new TableView(storage, cache, newBytes, newColumns);
  }

  @Override
  public void get(int column, long row, ByteBuffer into) throws IOException {
    get(column, row, 1, into);
  }

  /**
   * Copies rows of one column to a buffer's position, which moves behind them.
   *
   * @param column its index
   * @param row the first one's index
   * @param count how many
   * @param into has room for their bytes
   * @throws Hdf5FormatException if a chunk is damaged
   * @throws IOException if the file can't be read
   */
  public void get(int column, long row, int count, ByteBuffer into) throws IOException {
    ColumnView view = columns.get(column);
    if (row < 0 || count < 0 || row > view.length - count) {
      throw new IndexOutOfBoundsException(count + " rows from " + row + " of " + view.length);
    }
    int chunkRows = view.spec.chunkRows();
    int done = 0;
    while (done < count) {
      int number = (int) ((row + done) / chunkRows);
      int inChunk = (int) ((row + done) % chunkRows);
      int part = Math.min(count - done, chunkRows - inChunk);
      Chunk chunk = number < view.chunks.length ? view.chunks[number] : null;
      get(view.spec, chunk, inChunk * view.rowBytes, part * view.rowBytes, into);
      done += part;
    }
  }

  private void get(ColumnSpec spec, @Nullable Chunk chunk, int offset, int bytes, ByteBuffer into)
      throws IOException {
    if (chunk == null) {
      into.put(new byte[bytes]); // never written, so the fill value
    } else if (isPlain(spec, chunk)) {
      storage.get(chunk.address() + offset, into, bytes);
    } else {
      into.put(decoded(spec, chunk), offset, bytes);
    }
  }

  /** Without a copy where it can be. */
  @Override
  public int getInt(int column, long row) throws IOException {
    ColumnView view = columns.get(column);
    if (row >= 0 && row < view.length) {
      int chunkRows = view.spec.chunkRows();
      int number = (int) (row / chunkRows);
      Chunk chunk = number < view.chunks.length ? view.chunks[number] : null;
      if (chunk == null) {
        return 0; // never written, so the fill value
      }
      if (isPlain(view.spec, chunk)) {
        return storage.getInt(chunk.address() + row % chunkRows * Integer.BYTES);
      }
    }
    return RowReader.super.getInt(column, row);
  }

  /**
   * A row of a column of 64-bit integers.
   *
   * @param column its index
   * @param row its index
   * @return the integer
   * @throws IOException if the file can't be read
   */
  public long getLong(int column, long row) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    get(column, row, bytes);
    return bytes.getLong(0);
  }

  static boolean isPlain(ColumnSpec spec, Chunk chunk) {
    return (chunk.mask() & spec.filters().skipAll()) == spec.filters().skipAll()
        && chunk.size() == spec.chunkBytes();
  }

  /** A chunk's rows; not to be changed. */
  byte[] decoded(ColumnSpec spec, Chunk chunk) throws IOException {
    byte[] decoded = cache.get(chunk);
    if (decoded == null) {
      decoded = decodedUncached(spec, chunk);
      cache.put(chunk, decoded);
    }
    return decoded;
  }

  /** A chunk's rows, in an array of the caller's own. */
  byte[] decodedUncached(ColumnSpec spec, Chunk chunk) throws IOException {
    ByteBuffer stored = ByteBuffer.allocate(chunk.size());
    storage.get(chunk.address(), stored, chunk.size());
    return spec.filters()
        .decode(stored.array(), chunk.mask(), spec.chunkBytes(), spec.type().size());
  }
}
