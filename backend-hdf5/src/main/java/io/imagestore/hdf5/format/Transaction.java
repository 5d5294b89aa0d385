package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change to a table: rows appended, replaced, taken from the end. Rows are written as they come,
 * into free space, so a transaction may be larger than memory; what it takes there is some bytes a
 * chunk. Nothing of it is seen before {@link #commit}; closing without takes it back. For one
 * thread.
 */
public final class Transaction implements AutoCloseable {

  private final TableWriter table;
  private final TableView base;
  private final List<ChunkWriter> writers = new ArrayList<>();
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
    addWriters(base.columns());
  }

  private void addWriters(List<ColumnSpec> columns) {
    for (int i = 0; i < columns.size(); i++) {
      writers.add(new ChunkWriter(table, columns.get(i), i, base));
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
   * @param columns in the order asked for on opening
   */
  public void createColumns(List<ColumnSpec> columns) {
    if (!writers.isEmpty()) {
      throw new IllegalStateException("the table has columns already");
    }
    newColumns = List.copyOf(columns);
    addWriters(newColumns);
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
    List<ByteBuffer> columns = new ArrayList<>();
    for (int i = 0; i < writers.size(); i++) {
      ByteBuffer values = source.values(i);
      writers.get(i).append(first, values.duplicate());
      columns.add(values);
    }
    for (int i = 0; i < writers.size(); i++) {
      int[] checksums = source.checksums(i);
      if (checksums == null) {
        writers.get(i).check(first, columns.get(i));
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
   * @param value the row's bytes; used up
   * @throws IOException if the file can't be written
   */
  public void replace(long row, int column, ByteBuffer value) throws IOException {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row " + row + " of " + rows);
    }
    writers.get(column).replace(row, value);
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
      table.structure().createColumns(newColumns, changes);
    }
    if (attributeName != null) {
      table.structure().attribute(attributeName, attributeText, changes);
    }
    for (int i = 0; i < writers.size(); i++) {
      writers.get(i).publish(table.structure().columns().get(i), rows, changes);
    }
  }

  List<DataRange> dataRanges() {
    List<DataRange> ranges = new ArrayList<>();
    writers.forEach(writer -> ranges.addAll(writer.dataRanges()));
    return ranges;
  }

  List<Extent> letGo() {
    List<Extent> extents = new ArrayList<>();
    writers.forEach(writer -> extents.addAll(writer.letGo()));
    return extents;
  }

  /** One more than the number of the last row that it wrote to. */
  long mostRows() {
    return mostRows;
  }

  /** The table after this transaction. */
  TableView after() {
    return base.with(rows, table.space().end(), writers.stream().map(ChunkWriter::after).toList());
  }

  /**
   * Makes the change part of the table.
   *
   * @param durable whether to wait until it is on the device
   * @return the table after it
   * @throws IOException if the file can't be written; the change is taken back then
   */
  public TableView commit(boolean durable) throws IOException {
    TableView after = table.commit(this, durable);
    ended = true;
    return after;
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
