package io.imagestore.disk;

import io.imagestore.spi.Checksums;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;

/** Lines on their way into a label table, and what a commit tells of those before it. */
final class TableLines {
  private final Bytes bytes = new Bytes();
  private final StringBuilder line = new StringBuilder();
  private final CRC32C crc = new CRC32C();
  private final Checksums checksums = new Checksums();
  private long rows;

  /** What the next checksum begins with: the last commit and what follows it. */
  private String sinceCommit;

  /** The same as of the lines that are known to be in the table. */
  private String settled;

  /**
   * Lines that follow others.
   *
   * @param sinceCommit the last line of the table that commits, and those behind it; all if none
   *     does
   */
  TableLines(String sinceCommit) {
    this.sinceCommit = sinceCommit;
    this.settled = sinceCommit;
    startChecksum();
  }

  void addImage(long id, Entry entry) {
    TableFormat.appendRow(line, id, entry, entry.recordCrc32c(id, checksums));
    addRow();
  }

  void addDeletion(long id) {
    TableFormat.appendDeletion(line, id);
    addRow();
  }

  private void addRow() {
    byte[] row = line.toString().getBytes(StandardCharsets.US_ASCII);
    add(row);
    crc.update(row);
    rows++;
  }

  /** Adds the line that commits the rows. */
  void addCommit(long flushedTo) {
    line.append(TableFormat.commitUpToChecksum(rows, flushedTo));
    crc.update(line.toString().getBytes(StandardCharsets.US_ASCII));
    line.append(String.format(Locale.ROOT, "%08x\n", crc.getValue()));
    sinceCommit = line.toString();
    add(sinceCommit.getBytes(StandardCharsets.US_ASCII));
    startChecksum();
  }

  /** Adds a line that isn't a row, between commits. */
  void addMark(String mark) {
    sinceCommit += mark + "\n";
    add((mark + "\n").getBytes(StandardCharsets.UTF_8));
    startChecksum();
  }

  private void startChecksum() {
    crc.reset();
    crc.update(sinceCommit.getBytes(StandardCharsets.UTF_8));
  }

  private void add(byte[] added) {
    bytes.writeBytes(added);
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

  /** What has been added is in the table. */
  void settle() {
    settled = sinceCommit;
    rows = 0;
  }

  /** What has been added since it was last settled is not in the table. */
  void rollback() {
    bytes.reset();
    rows = 0;
    sinceCommit = settled;
    startChecksum();
  }

  /** Lets its array be seen. */
  private static final class Bytes extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }
}
