package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.disk.StateFile.Phase;
import io.imagestore.disk.TableFormat.Commit;
import io.imagestore.disk.TableFormat.Row;
import io.imagestore.disk.TableFormat.RowParser;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a label table up to its last whole commit, and tells a torn end from damage.
 *
 * <p>What a crash may leave behind the last whole commit depends on what has crashed, which the
 * {@link StateFile} tells:
 *
 * <ul>
 *   <li>Nothing, where the store was closed in order. The table is whole, and ends where it ended
 *       then; anything else is damage. Where there is no state, someone has removed it, and the
 *       table must be whole too.
 *   <li>A process, where the store was opened in this run of the operating system. What it wrote is
 *       there, in order, up to some byte: rows that are whole, perhaps a beginning of one more
 *       line, and the end of the file. Anything else is damage.
 *   <li>The machine, perhaps, in all other cases. What wasn't forced to the device may be there or
 *       not, sector by sector: holes of zeros or of older bytes, with whole commits behind them,
 *       are what a loss of power leaves, and all from the first hole on is dropped. But what was
 *       forced is there: a hole in that is damage. The state tells how much that is at least, and
 *       so does each line that commits, those behind the hole too.
 * </ul>
 *
 * <p>Damage is never dropped, neither for reading nor for writing.
 */
final class TableReader {
  private static final Logger LOG = LoggerFactory.getLogger(TableReader.class);

  /**
   * A commit whose files and metadata may not be on the device: where it lies, its lowest sequence,
   * and where metadata ended before it.
   */
  record Unflushed(long start, long end, long firstSequence, MetadataLines.End metadata) {}

  /**
   * What a table says.
   *
   * @param header its first line
   * @param snapshot the images it names
   * @param end where its last whole commit, or a mark behind it, ends
   * @param lines how many lines it has up to there
   * @param sinceCommit the last of those that commits, and what follows it
   * @param marked whether the last of those says that all files are on the device
   * @param nextSequence higher than any it names
   * @param metadata where the metadata ends that it names
   * @param flushedTo what comes before this is on the device, and the files that it names
   * @param unflushed the commits whose files may not be on the device
   * @param state what the store says of itself
   * @param trusted whether all there are must be in place, as no power can have been lost since
   */
  record Contents(
      StoreHeader header,
      Snapshot snapshot,
      long end,
      long lines,
      String sinceCommit,
      boolean marked,
      long nextSequence,
      MetadataLines.End metadata,
      long flushedTo,
      List<Unflushed> unflushed,
      StateFile.State state,
      boolean trusted) {

    /** Files before this one are on the device. */
    long flushedSequence() {
      return unflushed.isEmpty() ? nextSequence : unflushed.get(0).firstSequence();
    }

    /** Metadata before this is on the device. */
    MetadataLines.End flushedMetadata() {
      return unflushed.isEmpty() ? metadata : unflushed.get(0).metadata();
    }
  }

  private final Path store;
  private final Path file;
  private final StateFile.State state;
  private final boolean trusted;
  private final RowParser parser = new RowParser();
  private final CRC32C crc = new CRC32C();
  private final Deque<Unflushed> unflushed = new ArrayDeque<>();

  /** The state as of the last commit, and as the rows since would make it. */
  private Snapshot committed = Snapshot.EMPTY;

  private Snapshot current = Snapshot.EMPTY;
  private long rows;
  private long currentNext;
  private MetadataLines.End currentMetadata = MetadataLines.End.NONE;

  private long end;
  private long lines;
  private String sinceCommit = "";
  private boolean marked;
  private long next;
  private MetadataLines.End metadata = MetadataLines.End.NONE;
  private long flushedTo;

  /** What is wrong with the line that was taken for the end. */
  private String flaw = "";

  private TableReader(Path store, StoreFiles files) throws IOException {
    this.store = store;
    this.file = store.resolve(TableFormat.FILE);
    this.state = StateFile.read(store);
    this.flushedTo = state.flushedTo();
    this.trusted = state.isClosed() || state.isOfBoot(files);
  }

  /** Reads a store's table. */
  static Contents read(Path store, StoreFiles files) throws IOException {
    String before = "";
    while (true) {
      try {
        return new TableReader(store, files).readTo(Long.MAX_VALUE);
      } catch (CorruptStoreException e) {
        // A writer may have begun or ended meanwhile, so that state and table don't go together.
        String message = String.valueOf(e.getMessage());
        if (message.equals(before)) {
          throw e;
        }
        before = message;
      }
    }
  }

  /** Reads a store's table once more, of which nothing counts from this commit on. */
  static Contents readBefore(Unflushed dropped, Contents before, Path store, StoreFiles files)
      throws IOException {
    TableReader reader = new TableReader(store, files);
    reader.flushedTo = before.flushedTo();
    return reader.readTo(dropped.start());
  }

  private Contents readTo(long limit) throws IOException {
    try (TableInput input = new TableInput(file, limit)) {
      StoreHeader header = readHeader(input);
      String line = input.next();
      while (line != null && take(line, input)) {
        line = input.next();
      }
      if (limit == Long.MAX_VALUE) {
        judgeEnd(line, input);
      }
      return new Contents(
          header,
          committed,
          end,
          lines,
          sinceCommit,
          marked,
          next,
          metadata,
          Math.min(flushedTo, end),
          List.copyOf(unflushed),
          state,
          trusted);
    }
  }

  private StoreHeader readHeader(TableInput input) throws IOException {
    String first = input.next();
    if (first == null || !first.startsWith(TableFormat.HEADER_PREFIX)) {
      throw new CorruptStoreException(
          "the label table "
              + file
              + " is damaged: it doesn't begin with a header; restore it from a copy");
    }
    StoreHeader header =
        StoreHeader.parse(first.substring(1), TableFormat.FORMAT, TableFormat.VERSION, store);
    keep(first, input);
    String columns = input.next();
    if (columns == null || !columns.equals(TableFormat.COLUMNS)) {
      throw new CorruptStoreException(
          "the label table "
              + file
              + " is damaged: its columns are "
              + columns
              + ", but must be "
              + TableFormat.COLUMNS
              + "; restore it from a copy");
    }
    keep(columns, input);
    return header;
  }

  /** Takes a line that is no row. */
  private void keep(String line, TableInput input) {
    sinceCommit += line + "\n";
    crc.update(input.bytes(), 0, input.length());
    end = input.offset();
    lines++;
  }

  /** Takes a line; false if it is no part of a commit that is whole. */
  private boolean take(String line, TableInput input) {
    if (line.startsWith("#")) {
      return takeMark(line, input);
    }
    try {
      takeRow(parser.parse(line));
    } catch (IllegalArgumentException e) {
      flaw = e instanceof NumberFormatException ? "" : " (" + e.getMessage() + ")";
      return false;
    }
    crc.update(input.bytes(), 0, input.length());
    return true;
  }

  private void takeRow(Row row) {
    rows++;
    if (row.deletion()) {
      current = current.without(row.id());
    } else {
      current = current.with(row.id(), row.entry());
      currentNext = Math.max(currentNext, row.entry().sequence() + 1);
      currentMetadata = currentMetadata.with(row.entry().metadata());
    }
  }

  private boolean takeMark(String line, TableInput input) {
    Commit commit = Commit.parse(line);
    if (commit != null) {
      return takeCommit(commit, line, input);
    }
    if (rows > 0 || !line.equals(TableFormat.FLUSHED)) {
      return false;
    }
    keep(line, input);
    unflushed.clear();
    marked = true;
    return true;
  }

  private boolean takeCommit(Commit commit, String line, TableInput input) {
    crc.update(input.bytes(), 0, input.length() - 1 - Commit.CHECKSUM_CHARACTERS);
    if (commit.rows() != rows
        || commit.crc32c() != (int) crc.getValue()
        || commit.flushedTo() > end) {
      return false;
    }
    flushedTo = Math.max(flushedTo, commit.flushedTo());
    long start = end;
    unflushed.add(new Unflushed(start, input.offset(), next, metadata));
    while (!unflushed.isEmpty() && unflushed.peek().end() <= flushedTo) {
      unflushed.remove();
    }
    committed = current;
    next = Math.max(next, currentNext);
    metadata = currentMetadata;
    lines += rows;
    rows = 0;
    marked = false;
    sinceCommit = "";
    crc.reset();
    keep(line, input);
    return true;
  }

  /** Says whether what follows the last commit may be there, or be missing. */
  private void judgeEnd(@Nullable String line, TableInput input) throws IOException {
    boolean atEnd = line == null && input.length() == 0 && rows == 0;
    if (state.isClosed()) {
      require(atEnd, "the store was closed in order", input);
      require(end == flushedTo, "when the store was closed it ended at byte " + flushedTo, input);
    } else if (state.phase() == Phase.MISSING) {
      require(atEnd, "the file " + StateFile.FILE + " beside it is missing", input);
    } else if (trusted) {
      require(line == null && input.isText(), "no power was lost since it was written", input);
      require(end >= flushedTo, "it was on the device up to byte " + flushedTo, input);
    } else {
      long known = flushedTo;
      for (String each = line; each != null; each = input.next()) {
        Commit commit = Commit.find(each);
        known = Math.max(known, commit == null ? 0 : commit.flushedTo());
      }
      require(end >= known, "it was on the device up to byte " + known, input);
    }
    if (!atEnd && trusted) {
      LOG.debug("{}: the call from byte {} on hasn't ended, or never will", file, end);
    } else if (!atEnd) {
      LOG.warn("{}: what follows byte {} was lost with the power before it was flushed", file, end);
    }
  }

  private void require(boolean sound, String reason, TableInput input) {
    if (!sound) {
      throw new CorruptStoreException(
          "the label table "
              + file
              + " is damaged "
              + (input.offset() > end
                  ? "between its bytes " + end + " and " + input.offset()
                  : "at its byte " + end)
              + ", as was found at line "
              + input.number()
              + flaw
              + ": "
              + reason
              + ", so this is no call that a crash has cut off; restore the table from a copy");
    }
  }
}
