package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A change to a table: rows appended, replaced, taken from the end, bytes put and let go. Both are
 * written as they come, into free space, so a transaction may be larger than memory; what it takes
 * there is some bytes a chunk. Nothing of it is seen before {@link #commit}; closing without takes
 * it back. For one thread.
 */
public final class Transaction implements RowReader, AutoCloseable {

  private final TableWriter table;
  private final TableView base;
  private final List<ChunkWriter> writers = new ArrayList<>();
  private final List<BlobWriter> blobs = new ArrayList<>();
  private List<ColumnSpec> newColumns = List.of();
  private @Nullable String attributeName;
  private @Nullable String attributeText;
  private long rows;
  private long mostRows;
  private boolean ended;

  Transaction(TableWriter table) {
    this.table = table;
    this.base = table.view();
    this.rows = base.rows();
    this.mostRows = rows;
    addWriters(base.columns(), table.structure().rowColumns().size());
  }

  private void addWriters(List<ColumnSpec> columns, int ofRows) {
    for (int i = 0; i < columns.size(); i++) {
      if (i < ofRows) {
        writers.add(new ChunkWriter(table, columns.get(i), i, base));
      } else {
        blobs.add(new BlobWriter(table, columns.get(i), i, base));
      }
    }
  }

  /**
   * How many rows there are within this transaction.
   *
   * @return 0 or more
   */
  public long rows() {
    return rows;
  }

  /**
   * Gives a table without columns its columns.
   *
   * @param ofRows those of rows, in the order asked for on opening
   * @param ofBytes those of bytes, in the order asked for on opening, without filters
   */
  public void createColumns(List<ColumnSpec> ofRows, List<ColumnSpec> ofBytes) {
    if (!writers.isEmpty()) {
      throw new IllegalStateException("the table has columns already");
    }
    newColumns = new ArrayList<>(ofRows);
    newColumns.addAll(ofBytes);
    addWriters(newColumns, ofRows.size());
  }

  /**
   * Keeps a text in the root group.
   *
   * @param name its name
   * @param text at most about 64 KiB
   */
  public void attribute(String name, String text) {
    attributeName = name;
    attributeText = text;
  }

  void removeAttribute(String name) {
    attributeName = name;
    attributeText = null;
  }

  /**
   * Appends rows.
   *
   * @param count how many
   * @param source has them
   * @return the first one's number
   * @throws IOException if the file can't be written
   */
  public long append(int count, RowSource source) throws IOException {
    long first = rows;
    rows += count;
    mostRows = Math.max(mostRows, rows);
    List<@Nullable ByteBuffer> columns = new ArrayList<>();
    for (int i = 0; i < writers.size(); i++) {
      ByteBuffer values = source.values(i);
      if (values == null) {
        writers.get(i).appendZeros(first, count);
      } else {
        writers.get(i).append(first, values.duplicate());
      }
      columns.add(values);
    }
    for (int i = 0; i < writers.size(); i++) {
      ByteBuffer values = columns.get(i);
      if (values == null) {
        continue;
      }
      int[] checksums = source.checksums(i);
      if (checksums == null) {
        writers.get(i).check(first, values);
      } else {
        writers.get(i).check(first, checksums);
      }
    }
    return first;
  }

  /**
   * Replaces one column of a row, of before or of this transaction.
   *
   * @param row its number
   * @param column the column's index
   * @param value the row's bytes; used up. Null if all are zero
   * @throws IOException if the file can't be written
   */
  public void replace(long row, int column, @Nullable ByteBuffer value) throws IOException {
    requireRow(row);
    writers.get(column).replace(row, value);
  }

  private void requireRow(long row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row " + row + " of " + rows);
    }
  }

  /** Copies a row as this transaction has it; of a damaged one, what is left. */
  @Override
  public void get(int column, long row, ByteBuffer into) throws IOException {
    requireRow(row);
    writers.get(column).get(row, into);
  }

  /**
   * Puts bytes where nobody needs what is there: into a gap, or at the end.
   *
   * @param column the blob's index
   * @param bytes at least one; used up
   * @return their position
   * @throws IOException if the file can't be written
   */
  public long put(int column, ByteBuffer bytes) throws IOException {
    return blob(column).put(bytes);
  }

  /**
   * Lets bytes be used again, after the next checkpoint.
   *
   * @param column the blob's index
   * @param position where they begin
   * @param count how many they are
   */
  public void letGo(int column, long position, long count) {
    blob(column).letGo(position, count);
  }

  /**
   * The CRC-32C of bytes as this transaction has them.
   *
   * @param column the blob's index
   * @param position where they begin
   * @param count how many they are
   * @return the checksum, or empty if there are no such bytes
   * @throws IOException if the file can't be read
   */
  public OptionalInt crc32c(int column, long position, long count) throws IOException {
    return blob(column).crc32c(position, count);
  }

  private BlobWriter blob(int column) {
    return blobs.get(column - writers.size());
  }

  /**
   * Takes rows from the end. None can be appended after that.
   *
   * @param rows how many are left
   */
  public void shrink(long rows) {
    if (rows < 0 || rows > this.rows) {
      throw new IndexOutOfBoundsException(rows + " rows of " + this.rows);
    }
    this.rows = rows;
  }

  void packTails() throws IOException {
    for (ChunkWriter writer : writers) {
      writer.packTail(rows);
    }
  }

  void finish(Changes changes) throws IOException {
    for (ChunkWriter writer : writers) {
      writer.finish(rows);
    }
    if (!newColumns.isEmpty()) {
      table.structure().createColumns(newColumns, writers.size(), changes);
    }
    if (attributeName != null) {
      table.structure().attribute(attributeName, attributeText, changes);
    }
    List<Column> columns = table.structure().columns();
    for (int i = 0; i < writers.size(); i++) {
      writers.get(i).publish(columns.get(i), rows, changes);
    }
    for (int i = 0; i < blobs.size(); i++) {
      blobs.get(i).publish(columns.get(writers.size() + i), changes);
    }
  }

  List<DataRange> dataRanges() {
    List<DataRange> ranges = new ArrayList<>();
    writers.forEach(writer -> ranges.addAll(writer.dataRanges()));
    blobs.forEach(blob -> ranges.addAll(blob.dataRanges()));
    return ranges;
  }

  List<Move> moves() {
    List<Move> moves = new ArrayList<>();
    writers.forEach(writer -> moves.addAll(writer.moves()));
    return moves;
  }

  /** By how much more its rows take elsewhere than before. */
  long awayBytes() {
    return writers.stream().mapToLong(ChunkWriter::awayBytes).sum();
  }

  /** Lets go of what was replaced, since that is committed. */
  void letGo() {
    writers.forEach(writer -> writer.letGo().forEach(table.space()::letGo));
    blobs.forEach(BlobWriter::commit);
  }

  /** One more than the number of the last row that it wrote to. */
  long mostRows() {
    return mostRows;
  }

  /** The table after this transaction. */
  TableView after() {
    List<TableView.ColumnView> columns = new ArrayList<>();
    writers.forEach(writer -> columns.add(writer.after()));
    blobs.forEach(blob -> columns.add(blob.after()));
    return base.with(table.space().end(), columns);
  }

  /**
   * Makes the change part of the table.
   *
   * @param durable whether to wait until it is on the device
   * @throws IOException if the file can't be written; the change is taken back then
   */
  public void commit(boolean durable) throws IOException {
    commit(durable, after -> {});
  }

  /**
   * Makes the change part of the table, and shows it. Should that fail, be it for lack of memory,
   * nothing more is written until the file is opened again: what the caller knows isn't what the
   * file holds.
   *
   * @param durable whether to wait until it is on the device
   * @param shown is given the table after it, once it is stored
   * @throws IOException if the file can't be written; the change is taken back then
   */
  public void commit(boolean durable, Consumer<TableView> shown) throws IOException {
    table.commit(this, durable, shown);
    ended = true;
  }

  /** Takes the change back if it wasn't committed. */
  @Override
  public void close() {
    if (!ended) {
      ended = true;
      table.rollback(mostRows);
    }
  }
}
