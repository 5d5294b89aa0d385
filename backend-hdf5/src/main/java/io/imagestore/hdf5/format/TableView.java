package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
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
  private final Decoder decoding = this::decoded; // once, so that no read takes an object

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

  /**
   * Whether rows lie in chunks that were written once. Others would read as zeros, however many of
   * them a small file claims to have.
   *
   * @param column its index
   * @param row the first one's index
   * @param count how many, from 1 on
   * @return false if one doesn't
   */
  public boolean areWritten(int column, long row, int count) {
    int chunkRows = columns.get(column).spec.chunkRows();
    long last = (row + count - 1) / chunkRows;
    for (long number = row / chunkRows; number <= last; number++) {
      if (chunk(column, number) == null) {
        return false;
      }
    }
    return true;
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
    get(column, row, count, into, decoding);
  }

  /**
   * The same, but of a chunk that is damaged all that can still be decoded, and zeros or anything
   * in place of the rest.
   *
   * @param column its index
   * @param row the first one's index
   * @param count how many
   * @param into has room for their bytes
   * @throws IOException if the file can't be read
   */
  public void salvage(int column, long row, int count, ByteBuffer into) throws IOException {
    get(column, row, count, into, this::salvaged);
  }

  @Override
  public RowReader salvaging() {
    return (column, row, into) -> salvage(column, row, 1, into);
  }

  private interface Decoder {
    byte[] decode(ColumnSpec spec, Chunk chunk) throws IOException;
  }

  private void get(int column, long row, int count, ByteBuffer into, Decoder decoder)
      throws IOException {
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
      get(view, chunk, inChunk, part, into, decoder);
      done += part;
    }
  }

  private void get(
      ColumnView view, @Nullable Chunk chunk, int row, int count, ByteBuffer into, Decoder decoder)
      throws IOException {
    int offset = row * view.rowBytes;
    int bytes = count * view.rowBytes;
    if (chunk == null) {
      into.put(new byte[bytes]); // never written, so the fill value
      return;
    }
    if (!isPlain(view.spec, chunk)) {
      into.put(decoder.decode(view.spec, chunk), offset, bytes);
      return;
    }
    AwayRows away = chunk.away();
    if (away == null) {
      storage.get(chunk.address() + offset, into, bytes);
    } else {
      getPlain(chunk, away, view.rowBytes, row, row + count, into);
    }
  }

  private void getPlain(Chunk chunk, AwayRows away, int rowBytes, int row, int end, ByteBuffer into)
      throws IOException {
    int at = row;
    int index = away.indexFrom(row);
    while (at < end) {
      int next = index < away.count() ? Math.min(end, away.rows()[index]) : end;
      storage.get(chunk.address() + (long) at * rowBytes, into, (next - at) * rowBytes);
      at = next;
      if (at < end) {
        storage.get(away.addresses()[index], into, rowBytes);
        index++;
        at++;
      }
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
        AwayRows away = chunk.away();
        int inChunk = (int) (row % chunkRows);
        long elsewhere = away == null ? -1 : away.address(inChunk);
        return storage.getInt(
            elsewhere < 0 ? chunk.address() + (long) inChunk * Integer.BYTES : elsewhere);
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
    return spec.filters()
        .decode(stored(spec, chunk), chunk.mask(), spec.chunkBytes(), spec.type().size());
  }

  /**
   * The same, but of a chunk that is damaged all that can still be decoded, and zeros or anything
   * in place of the rest.
   */
  byte[] salvaged(ColumnSpec spec, Chunk chunk) throws IOException {
    return spec.filters()
        .salvage(stored(spec, chunk), chunk.mask(), spec.chunkBytes(), spec.type().size());
  }

  private byte[] stored(ColumnSpec spec, Chunk chunk) throws IOException {
    ByteBuffer stored = ByteBuffer.allocate(chunk.size());
    AwayRows away = chunk.away();
    if (away == null) {
      storage.get(chunk.address(), stored, chunk.size());
    } else {
      getPlain(chunk, away, spec.rowBytes(), 0, spec.chunkRows(), stored);
    }
    return stored.array();
  }

  // Rows that aren't where they belong.

  /** What brings all rows home. */
  List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    forEachAway(
        (view, chunk, away, endRow) ->
            moves.addAll(away.moves(chunk.address(), view.rowBytes, endRow)));
    return moves;
  }

  /** The space that rows take elsewhere. */
  List<Extent> away() {
    List<Extent> extents = new ArrayList<>();
    forEachAway((view, chunk, away, endRow) -> extents.addAll(away.extents(view.rowBytes)));
    return extents;
  }

  /** All rows were copied home; the space that they took elsewhere isn't used again so soon. */
  void broughtHome() {
    forEachAway((view, chunk, away, endRow) -> chunk.broughtHome());
  }

  private interface AwayVisitor {
    void visit(ColumnView view, Chunk chunk, AwayRows away, int endRow);
  }

  private void forEachAway(AwayVisitor visitor) {
    for (ColumnView view : columns) {
      int chunkRows = view.spec.chunkRows();
      for (int number = 0; (long) number * chunkRows < view.length; number++) {
        Chunk chunk = number < view.chunks.length ? view.chunks[number] : null;
        AwayRows away = chunk == null ? null : chunk.away();
        if (chunk != null && away != null) {
          int endRow = (int) Math.min(chunkRows, view.length - (long) number * chunkRows);
          visitor.visit(view, chunk, away, endRow);
        }
      }
    }
  }
}
