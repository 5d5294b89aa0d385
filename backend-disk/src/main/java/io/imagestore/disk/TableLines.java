package io.imagestore.disk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Lines on their way into a label table, and what a commit tells of its rows. */
final class TableLines {
  private final Bytes bytes = new Bytes();
  private final StringBuilder line = new StringBuilder();
  private final CRC32C crc = new CRC32C();
  private long rows;

  void addImage(long id, Entry entry) {
    TableFormat.appendRow(line, id, entry);
    addRow();
  }

  void addDeletion(long id) {
    TableFormat.appendDeletion(line, id);
    addRow();
  }

  private void addRow() {
    int start = bytes.size();
    take(StandardCharsets.US_ASCII);
    crc.update(bytes.array(), start, bytes.size() - start);
    rows++;
  }

  void addCommit() {
    addMark(TableFormat.commit(rows, (int) crc.getValue()));
    forgetRows();
  }

  /** Adds a line that isn't a row. */
  void addMark(String mark) {
    line.append(mark).append('\n');
    take(StandardCharsets.UTF_8);
  }

  private void take(Charset charset) {
    bytes.writeBytes(line.toString().getBytes(charset));
    line.setLength(0);
  }

  int size() {
    return bytes.size();
  }

  /** The lines; the first {@link #size} bytes of this array. */
  byte[] array() {
    return bytes.array();
  }

  /** Forgets lines that have been written; the rows among them are still to be committed. */
  void clear() {
    bytes.reset();
  }

  /** Forgets lines that have not been written, and rows that have not been committed. */
  void rollback() {
    bytes.reset();
    forgetRows();
  }

  private void forgetRows() {
    rows = 0;
    crc.reset();
  }

  /** Lets its array be seen. */
  private static final class Bytes extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }
}
