package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.disk.TableFormat.Row;
import io.imagestore.disk.TableFormat.RowParser;
import io.imagestore.internal.StoreHeader;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a label table up to its last whole commit. */
final class TableReader {
  /** A file that a later row has made superfluous. */
  record Superseded(long id, long sequence) {}

  /** A commit since the last flush: where it begins, and the lowest sequence it may hold. */
  record Commit(long offset, long firstSequence) {}

  /**
   * What a table says.
   *
   * @param header its first line
   * @param snapshot the images it names
   * @param end where its last whole commit ends; what follows was never committed
   * @param lines how many lines it has up to there
   * @param nextSequence higher than any it names
   * @param flushedSequence files before this one are known to survive the loss of power
   * @param flushed whether that goes for all there are
   * @param trusted whether all there are must be in place, as no power can have been lost since
   *     they were written
   * @param commits those since the last flush
   * @param superseded files that became superfluous since, and may still be there
   */
  record Contents(
      StoreHeader header,
      Snapshot snapshot,
      long end,
      long lines,
      long nextSequence,
      long flushedSequence,
      boolean flushed,
      boolean trusted,
      List<Commit> commits,
      List<Superseded> superseded) {}

  private final Path store;
  private final Path file;
  private final RowParser parser = new RowParser();
  private final CRC32C crc = new CRC32C();
  private final List<Commit> commits = new ArrayList<>();
  private final List<Superseded> superseded = new ArrayList<>();

  /** The state as of the last commit, and as the rows since would make it. */
  private Snapshot committed = Snapshot.EMPTY;

  private Snapshot current = Snapshot.EMPTY;
  private final List<Superseded> supersededByCurrent = new ArrayList<>();
  private long rows;
  private long currentNext;

  private long end;
  private long lines;
  private long next;
  private long flushedSequence;
  private boolean flushed = true;
  private boolean trusted = true;

  private TableReader(Path store) {
    this.store = store;
    this.file = store.resolve(TableFormat.FILE);
  }

  /** Reads a store's table. */
  static Contents read(Path store) throws IOException {
    return read(store, Long.MAX_VALUE);
  }

  /** Reads a store's table as if it ended at this byte. */
  static Contents read(Path store, long limit) throws IOException {
    return new TableReader(store).readTo(limit);
  }

  private Contents readTo(long limit) throws IOException {
    try (InputStream in = new BufferedInputStream(new FileInputStream(file.toFile()), 1 << 16)) {
      Lines input = new Lines(in, limit);
      StoreHeader header = readHeader(input);
      String line;
      while ((line = input.next()) != null) {
        if (!take(line, input)) {
          requireNoFlushFrom(line, input);
          break;
        }
      }
      return new Contents(
          header,
          committed,
          end,
          lines,
          next,
          flushedSequence,
          flushed,
          trusted,
          commits,
          superseded);
    }
  }

  private StoreHeader readHeader(Lines input) throws IOException {
    String first = input.next();
    if (first == null || !first.startsWith(TableFormat.HEADER_PREFIX)) {
      throw new CorruptStoreException(
          "the label table "
              + file
              + " is damaged: it doesn't begin with a header; restore it from a copy");
    }
    StoreHeader header =
        StoreHeader.parse(first.substring(1), TableFormat.FORMAT, TableFormat.VERSION, store);
    String columns = input.next();
    if (!TableFormat.COLUMNS.equals(columns)) {
      throw new CorruptStoreException(
          "the label table "
              + file
              + " is damaged: its columns are "
              + columns
              + ", but must be "
              + TableFormat.COLUMNS
              + "; restore it from a copy");
    }
    end = input.offset();
    lines = 2;
    return header;
  }

  /** Takes a line; false if it is no part of a commit that is whole. */
  private boolean take(String line, Lines input) {
    if (line.startsWith("#")) {
      return takeMark(line, input);
    }
    try {
      takeRow(parser.parse(line));
    } catch (IllegalArgumentException e) {
      return false;
    }
    crc.update(input.bytes(), 0, input.length());
    return true;
  }

  private void takeRow(Row row) {
    rows++;
    Entry before = current.entries().get(row.id());
    if (before != null) {
      supersededByCurrent.add(new Superseded(row.id(), before.sequence()));
    }
    if (row.deletion()) {
      current = current.without(row.id());
    } else {
      current = current.with(row.id(), row.entry());
      currentNext = Math.max(currentNext, row.entry().sequence() + 1);
    }
  }

  private boolean takeMark(String line, Lines input) {
    if (TableFormat.isCommit(line)) {
      if (!line.equals(TableFormat.commit(rows, (int) crc.getValue()))) {
        return false;
      }
      commits.add(new Commit(end, next));
      lines += rows;
      commit();
    } else if (rows > 0) {
      return false;
    } else if (line.equals(TableFormat.FLUSHED)) {
      flushed = true;
      trusted = true;
      flushedSequence = next;
      commits.clear();
      superseded.clear();
    } else if (line.startsWith(TableFormat.UNFLUSHED)) {
      flushed = false;
      trusted = TableFormat.isOfThisBoot(line);
    } else {
      return false;
    }
    lines++;
    end = input.offset();
    return true;
  }

  private void commit() {
    committed = current;
    next = Math.max(next, currentNext);
    superseded.addAll(supersededByCurrent);
    supersededByCurrent.clear();
    rows = 0;
    crc.reset();
  }

  /**
   * What comes before a flush has reached the device whole: a gap in it is damage, not a torn end.
   */
  private void requireNoFlushFrom(String damaged, Lines input) throws IOException {
    long lineNumber = input.number();
    for (String line = damaged; line != null; line = input.next()) {
      // Not only equal to it: the end of the line before may be what is damaged.
      if (line.contains(TableFormat.FLUSHED)) {
        throw new CorruptStoreException(
            "the label table "
                + file
                + " is damaged at line "
                + lineNumber
                + ", between bytes "
                + end
                + " and "
                + input.offset()
                + ", though it was flushed after that; restore it from a copy");
      }
    }
  }

  /** The lines of the table, without a last one that has no end. */
  private static final class Lines {
    /** Far longer than any line we write, so that junk isn't read as one line without end. */
    private static final int MAX_LENGTH = 1 << 24;

    private final InputStream in;
    private final long limit;
    private final Line line = new Line();
    private long offset;
    private long number;

    Lines(InputStream in, long limit) {
      this.in = in;
      this.limit = limit;
    }

    @Nullable String next() throws IOException {
      line.reset();
      while (offset + line.size() < limit && line.size() < MAX_LENGTH) {
        int b = in.read();
        if (b < 0) {
          return null;
        }
        line.write(b);
        if (b == '\n') {
          offset += line.size();
          number++;
          return line.text();
        }
      }
      return null;
    }

    /** The last line as it lies there, its end included. */
    byte[] bytes() {
      return line.bytes();
    }

    int length() {
      return line.size();
    }

    /** Where the last line ends. */
    long offset() {
      return offset;
    }

    long number() {
      return number;
    }
  }

  private static final class Line extends ByteArrayOutputStream {
    byte[] bytes() {
      return buf;
    }

    String text() {
      return new String(buf, 0, count - 1, StandardCharsets.UTF_8);
    }
  }
}
