package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.TableView.ColumnView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes one column's rows for a transaction.
 *
 * <p>Rows go into new chunks, or into the free end of the last one. A row in whose place an earlier
 * state has another is written elsewhere, to be brought home by the next checkpoint. Where that
 * would be much of a chunk, and where chunks are filtered, the chunk is copied instead, and the row
 * replaced there. When the transaction ends, chunks that are full are filtered and written once
 * more.
 */
final class ChunkWriter {

  private final TableWriter table;
  private final StorageFile storage;
  private final FreeSpace space;
  private final ColumnSpec spec;
  private final int index;
  private final int rowBytes;
  private final int chunkRows;
  private final TableView base;
  private final Map<Integer, Draft> drafts = new TreeMap<>();
  private final List<DataRange> ranges = new ArrayList<>();
  private final List<Move> moves = new ArrayList<>();
  private final List<Extent> letGo = new ArrayList<>();

  /** Space elsewhere for rows, taken by this transaction and no longer needed. */
  private final Deque<Long> spare = new ArrayDeque<>();

  private long awayBytes;
  private @Nullable ColumnView after;

  /** A row that was written elsewhere. */
  private record Away(long address, int crc) {}

  /** A chunk that is being written. */
  private static final class Draft {
    final long address;

    /** Whether its space was taken by this transaction. */
    final boolean own;

    /** Whether its space is zero where nothing was written. */
    final boolean zero;

    /** The rows written one after the other, from here on; in a chunk that is there, the free. */
    final int firstRow;

    /** The rows before those that were written elsewhere. */
    final SortedMap<Integer, Away> away = new TreeMap<>();

    int endRow;

    /** Whether rows were written in another order. */
    boolean mixed;

    /** The checksum of the rows from the first up to this one. */
    int checkedRow;

    int crc;

    /** What became of it: set when it is finished. */
    @Nullable Chunk filtered;

    Draft(long address, boolean own, boolean zero, int firstRow) {
      this.address = address;
      this.own = own;
      this.zero = zero;
      this.firstRow = firstRow;
      this.endRow = firstRow;
      this.checkedRow = firstRow;
    }

    void append(int row, int count) {
      if (row == endRow) {
        endRow += count;
      } else {
        mixed = true;
      }
    }

    void check(int row, int count, int crcWithThem) {
      if (row == checkedRow) {
        crc = crcWithThem;
        checkedRow += count;
      }
    }

    /** Whether an earlier state has another row in a row's place. */
    boolean isTaken(int row) {
      return !own && row < firstRow;
    }

    boolean isChecked() {
      return !mixed && checkedRow == endRow;
    }
  }

  ChunkWriter(TableWriter table, ColumnSpec spec, int index, TableView base) {
    this.table = table;
    this.storage = table.storage();
    this.space = table.space();
    this.spec = spec;
    this.index = index;
    this.rowBytes = spec.rowBytes();
    this.chunkRows = spec.chunkRows();
    this.base = base;
  }

  /**
   * Appends rows that have the fill value. Where there is no chunk yet, it stays so, and they take
   * no space.
   */
  void appendZeros(long row, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int number = (int) ((row + done) / chunkRows);
      int part = Math.min(count - done, chunkRows - (int) ((row + done) % chunkRows));
      if (hasChunk(number)) {
        append(row + done, ByteBuffer.allocate(part * rowBytes));
      }
      done += part;
    }
  }

  private boolean hasChunk(int number) {
    return drafts.containsKey(number) || base.chunk(index, number) != null;
  }

  /** Appends rows. */
  void append(long row, ByteBuffer rows) throws IOException {
    if (spec.filters().any()) {
      appendFiltered(row, rows);
    } else {
      appendPlain(row, rows);
    }
  }

  /** What comes to lie side by side in the file is written at one go. */
  private void appendPlain(long row, ByteBuffer rows) throws IOException {
    long next = row;
    long address = 0;
    int from = rows.position();
    int to = from;
    while (to < rows.limit()) {
      int first = (int) (next % chunkRows);
      int count = Math.min(chunkRows - first, (rows.limit() - to) / rowBytes);
      int number = (int) (next / chunkRows);
      Draft draft = draft(number, first);
      if (draft.isTaken(first)) {
        storage.write(address, rows.slice(from, to - from));
        write(number, first, rows.slice(to, rowBytes));
        to += rowBytes;
        from = to;
        address = 0;
        next++;
        continue;
      }
      draft.append(first, count);
      long place = draft.address + (long) first * rowBytes;
      if (place != address + (to - from)) {
        storage.write(address, rows.slice(from, to - from));
        address = place;
        from = to;
      }
      to += count * rowBytes;
      next += count;
    }
    storage.write(address, rows.slice(from, to - from));
  }

  /** A chunk is filtered as soon as it is full, since as a whole. */
  private void appendFiltered(long row, ByteBuffer rows) throws IOException {
    long next = row;
    while (rows.hasRemaining()) {
      int chunk = (int) (next / chunkRows);
      int first = (int) (next % chunkRows);
      int count = Math.min(chunkRows - first, rows.remaining() / rowBytes);
      ByteBuffer part = rows.slice(rows.position(), count * rowBytes);
      rows.position(rows.position() + part.capacity());
      next += count;
      if (count == chunkRows && !drafts.containsKey(chunk)) {
        byte[] whole = new byte[spec.chunkBytes()];
        part.get(whole);
        drafts.put(chunk, filtered(whole));
        continue;
      }
      Draft draft = draft(chunk, first);
      draft.append(first, count);
      storage.write(draft.address + (long) first * rowBytes, part);
      if (next % chunkRows == 0) {
        filter(draft);
      }
    }
  }

  private Draft filtered(byte[] rows) throws IOException {
    Draft draft = new Draft(0, false, false, 0);
    draft.filtered = writeFiltered(rows);
    return draft;
  }

  /** Writes a full chunk again, filtered. */
  private void filter(Draft draft) throws IOException {
    byte[] chunk = new byte[spec.chunkBytes()];
    storage.read(draft.address, chunk, 0, chunk.length);
    draft.filtered = writeFiltered(chunk);
    if (draft.own) {
      space.giveBack(new Extent(draft.address, spec.chunkBytes()));
    }
  }

  /** Takes the checksums of rows appended last. */
  void check(long row, int[] checksums) {
    ChecksumJoin join = new ChecksumJoin(rowBytes);
    for (int done = 0; done < checksums.length; ) {
      int first = (int) ((row + done) % chunkRows);
      int count = Math.min(chunkRows - first, checksums.length - done);
      Draft draft = Objects.requireNonNull(drafts.get((int) ((row + done) / chunkRows)));
      for (int i = 0; i < count; i++) {
        draft.check(first + i, 1, join.join(draft.crc, checksums[done + i]));
      }
      done += count;
    }
  }

  /** Makes a checksum of rows appended last. */
  void check(long row, ByteBuffer rows) {
    long next = row;
    while (rows.hasRemaining()) {
      int first = (int) (next % chunkRows);
      int count = Math.min(chunkRows - first, rows.remaining() / rowBytes);
      ByteBuffer part = rows.slice(rows.position(), count * rowBytes);
      rows.position(rows.position() + part.capacity());
      CRC32C crc = new CRC32C();
      crc.update(part);
      Draft draft = Objects.requireNonNull(drafts.get((int) (next / chunkRows)));
      int joined = ChecksumJoin.join(draft.crc, (int) crc.getValue(), part.capacity());
      draft.check(first, count, joined);
      next += count;
    }
  }

  /** Copies a row as it is now. */
  void get(long row, ByteBuffer into) throws IOException {
    Draft draft = drafts.get((int) (row / chunkRows));
    int inChunk = (int) (row % chunkRows);
    int offset = inChunk * rowBytes;
    Away away = draft == null ? null : draft.away.get(inChunk);
    if (away != null) {
      storage.get(away.address, into, rowBytes);
    } else if (draft != null && draft.filtered != null) {
      into.put(base.decodedUncached(spec, draft.filtered), offset, rowBytes);
    } else if (draft != null && !draft.isTaken(inChunk)) {
      storage.get(draft.address + offset, into, rowBytes);
    } else if (row < base.rows()) {
      getOld(row, into);
    } else {
      into.put(new byte[rowBytes]); // appended without a chunk
    }
  }

  /** Of a damaged chunk, what is left of the row, for its image's checksums to refuse. */
  private void getOld(long row, ByteBuffer into) throws IOException {
    try {
      base.get(index, row, into);
    } catch (Hdf5FormatException e) {
      Chunk chunk = base.chunk(index, row / chunkRows);
      if (chunk == null) {
        throw e;
      }
      into.put(base.salvaged(spec, chunk), (int) (row % chunkRows) * rowBytes, rowBytes);
    }
  }

  /** Replaces a row by one that is zero if it is null. */
  void replace(long row, @Nullable ByteBuffer values) throws IOException {
    int number = (int) (row / chunkRows);
    ByteBuffer value = values == null ? ByteBuffer.allocate(rowBytes) : values;
    if (!hasChunk(number)) {
      if (values == null) {
        return; // as all of the chunk is
      }
      drafts.put(number, copyOf(new byte[spec.chunkBytes()]));
    }
    write(number, (int) (row % chunkRows), value);
  }

  /** Writes a row, at home or elsewhere. */
  private void write(int number, int inChunk, ByteBuffer row) throws IOException {
    Draft draft = draft(number, inChunk);
    if (draft.isTaken(inChunk)) {
      writeAway(draft, inChunk, row);
      if (isMuchAway(number, draft)) {
        drafts.put(number, copyOf(number, draft));
      }
    } else {
      storage.write(draft.address + (long) inChunk * rowBytes, row);
      draft.mixed = true;
    }
  }

  private void writeAway(Draft draft, int inChunk, ByteBuffer row) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(row.duplicate());
    Away old = draft.away.get(inChunk);
    long address = old == null ? spaceAway() : old.address;
    storage.write(address, row);
    draft.away.put(inChunk, new Away(address, (int) crc.getValue()));
  }

  private long spaceAway() {
    Long address = spare.poll();
    return address == null ? space.allocate(AwayRows.bytes(rowBytes)) : address;
  }

  /** Whether writing rows once more to bring them home would cost more than copying the chunk. */
  private boolean isMuchAway(int number, Draft draft) {
    AwayRows before = Objects.requireNonNull(base.chunk(index, number)).away();
    int earlier = before == null ? 0 : before.count();
    return 4 * draft.away.size() >= chunkRows || 2 * (earlier + draft.away.size()) >= chunkRows;
  }

  /** The chunk with all rows as they are now, those elsewhere too. */
  private Draft copyOf(int number, Draft draft) throws IOException {
    byte[] rows = base.salvaged(spec, Objects.requireNonNull(base.chunk(index, number)));
    int free = draft.firstRow * rowBytes;
    storage.read(draft.address + free, rows, free, rows.length - free);
    for (Map.Entry<Integer, Away> row : draft.away.entrySet()) {
      storage.read(row.getValue().address, rows, row.getKey() * rowBytes, rowBytes);
      spare.add(row.getValue().address);
    }
    return copyOf(rows);
  }

  /** The draft of a chunk into which a row can be written. */
  private Draft draft(int chunk, int firstRow) throws IOException {
    boolean free = (long) chunk * chunkRows + firstRow >= table.mostRows();
    Draft draft = drafts.get(chunk);
    if (draft == null) {
      draft = begin(chunk, firstRow, free);
    } else if (draft.filtered != null) {
      Chunk filtered = draft.filtered;
      byte[] rows = base.decodedUncached(spec, filtered);
      space.giveBack(new Extent(filtered.address(), filtered.size()));
      ranges.removeIf(range -> range.address() == filtered.address());
      draft = copyOf(rows);
    } else if (!draft.own && !free && spec.filters().any()) {
      // Appended into the free end of a chunk, one of whose older rows is now replaced.
      byte[] rows = new byte[spec.chunkBytes()];
      storage.read(draft.address, rows, 0, draft.endRow * rowBytes);
      draft = copyOf(rows);
    }
    drafts.put(chunk, draft);
    return draft;
  }

  private Draft begin(int chunk, int firstRow, boolean free) throws IOException {
    Chunk old = base.chunk(index, chunk);
    boolean hasRows = firstRow > 0 || (long) chunk * chunkRows < base.rows();
    if (old == null && hasRows) {
      return copyOf(new byte[spec.chunkBytes()]); // never written, so the fill value
    }
    if (old == null) {
      long address = space.allocate(spec.chunkBytes());
      return new Draft(address, true, space.isUntouched(address), firstRow);
    }
    if (TableView.isPlain(spec, old) && !spec.filters().any()) {
      long freeRow = table.mostRows() - (long) chunk * chunkRows;
      int firstFree = (int) Math.max(0, Math.min(chunkRows, freeRow));
      return new Draft(old.address(), false, true, firstFree);
    }
    if (free && TableView.isPlain(spec, old)) {
      return new Draft(old.address(), false, true, firstRow);
    }
    // Of a damaged chunk, only the rows that are damaged are lost; their checksums tell.
    return copyOf(base.salvaged(spec, old));
  }

  private Draft copyOf(byte[] rows) throws IOException {
    Draft draft = new Draft(space.allocate(spec.chunkBytes()), true, false, 0);
    storage.write(draft.address, rows, 0, rows.length);
    draft.mixed = true;
    return draft;
  }

  private Chunk writeFiltered(byte[] rows) throws IOException {
    byte[] stored = spec.filters().encode(rows, spec.type().size());
    long address = space.allocate(stored.length);
    storage.write(address, stored, 0, stored.length);
    CRC32C crc = new CRC32C();
    crc.update(stored);
    ranges.add(new DataRange(address, stored.length, (int) crc.getValue()));
    return new Chunk(address, stored.length, 0);
  }

  /** Filters the last chunk though it isn't full. */
  void packTail(long rows) throws IOException {
    int chunk = (int) (rows / chunkRows);
    int rowsInChunk = (int) (rows % chunkRows);
    Chunk old = base.chunk(index, chunk);
    if (rowsInChunk > 0 && old != null && spec.filters().any() && TableView.isPlain(spec, old)) {
      byte[] packed = base.decodedUncached(spec, old);
      Arrays.fill(packed, rowsInChunk * rowBytes, packed.length, (byte) 0);
      drafts.put(chunk, filtered(packed));
    }
  }

  /** Writes what is left to write, for a table of so many rows. */
  void finish(long rows) throws IOException {
    unpackTail(rows);
    spare.forEach(address -> space.giveBack(new Extent(address, AwayRows.bytes(rowBytes))));
    spare.clear();
    for (Map.Entry<Integer, Draft> entry : drafts.entrySet()) {
      Draft draft = entry.getValue();
      long rowsInChunk = Math.min(chunkRows, rows - (long) entry.getKey() * chunkRows);
      if (draft.filtered == null && rowsInChunk > 0) {
        finish(draft, (int) rowsInChunk);
      }
    }
  }

  /**
   * Rows taken from a filtered chunk would stay in it, and show when another program extends it.
   */
  private void unpackTail(long rows) throws IOException {
    int chunk = (int) (rows / chunkRows);
    Chunk old = base.chunk(index, chunk);
    if (rows < base.rows()
        && rows % chunkRows > 0
        && old != null
        && !TableView.isPlain(spec, old)
        && !drafts.containsKey(chunk)) {
      drafts.put(chunk, copyOf(base.salvaged(spec, old)));
    }
  }

  private void finish(Draft draft, int rowsInChunk) throws IOException {
    if (rowsInChunk == chunkRows && spec.filters().any()) {
      filter(draft);
      return;
    }
    if (draft.own && rowsInChunk < chunkRows && !draft.zero) {
      byte[] zeros = new byte[(chunkRows - rowsInChunk) * rowBytes];
      storage.write(draft.address + (long) rowsInChunk * rowBytes, zeros, 0, zeros.length);
    }
    int first = draft.mixed && draft.own ? 0 : draft.firstRow;
    int end = draft.mixed ? rowsInChunk : Math.min(draft.endRow, rowsInChunk);
    if (end > first) {
      boolean known = draft.isChecked() && end == draft.endRow;
      int crc = known ? draft.crc : crcInFile(draft, first, end);
      ranges.add(
          new DataRange(draft.address + (long) first * rowBytes, (end - first) * rowBytes, crc));
    }
    draft.away.forEach(
        (row, away) -> {
          ranges.add(new DataRange(away.address, rowBytes, away.crc));
          moves.add(new Move(away.address, draft.address + (long) row * rowBytes, rowBytes));
        });
  }

  private int crcInFile(Draft draft, int first, int end) throws IOException {
    byte[] rows = new byte[(end - first) * rowBytes];
    storage.read(draft.address + (long) first * rowBytes, rows, 0, rows.length);
    CRC32C crc = new CRC32C();
    crc.update(rows);
    return (int) crc.getValue();
  }

  /** Puts the chunks into the index. */
  void publish(Column column, long rows, Changes changes) {
    int count = (int) ((rows + chunkRows - 1) / chunkRows);
    @Nullable Chunk[] chunks = base.chunks(index);
    boolean copied = rows < base.rows();
    if (copied) {
      chunks = Arrays.copyOf(chunks, Math.min(count, chunks.length));
    }
    forgetFailed(chunks, count);
    for (Map.Entry<Integer, Draft> entry : drafts.entrySet()) {
      int number = entry.getKey();
      Chunk before = base.chunk(index, number);
      Chunk chunk = number < count ? chunkOf(entry.getValue(), before) : null;
      if (chunk != null && !chunk.equals(before)) {
        if (before == null || before.address() != chunk.address()) {
          column.chunk(number, chunk, changes);
          letGo(before, number);
        }
        boolean seen = !copied && (long) number * chunkRows < base.rows();
        chunks = ColumnView.with(chunks, number, chunk, seen);
        copied |= seen;
      }
    }
    for (int number = count; (long) number * chunkRows < base.rows(); number++) {
      letGo(base.chunk(index, number), number);
      column.chunk(number, null, changes);
    }
    column.rows(rows, changes);
    after = new ColumnView(spec, rows, chunks);
  }

  /** What a commit that failed has left in the array behind what the last view shows. */
  private void forgetFailed(@Nullable Chunk[] chunks, int count) {
    int shown = (int) ((base.rows() + chunkRows - 1) / chunkRows);
    if (shown < chunks.length && shown < count) {
      Arrays.fill(chunks, shown, Math.min(count, chunks.length), null);
    }
  }

  private void letGo(@Nullable Chunk chunk, int number) {
    if (chunk != null && (long) number * chunkRows < base.rows()) {
      letGo.add(new Extent(chunk.address(), chunk.size()));
      AwayRows away = chunk.away();
      if (away != null) {
        away.extents(rowBytes).forEach(this::letGoAway);
      }
    }
  }

  private void letGoAway(Extent away) {
    letGo.add(away);
    awayBytes -= away.length();
  }

  private Chunk chunkOf(Draft draft, @Nullable Chunk before) {
    if (draft.filtered != null) {
      return draft.filtered;
    }
    if (draft.own || before == null) {
      return new Chunk(draft.address, spec.chunkBytes(), spec.filters().skipAll());
    }
    return draft.away.isEmpty() ? before : withAway(before, draft);
  }

  private Chunk withAway(Chunk before, Draft draft) {
    AwayRows earlier = before.away() == null ? AwayRows.NONE : before.away();
    SortedMap<Integer, Long> addresses = new TreeMap<>();
    draft.away.forEach(
        (row, away) -> {
          addresses.put(row, away.address);
          awayBytes += AwayRows.bytes(rowBytes);
          long replaced = earlier.address(row);
          if (replaced >= 0) {
            letGoAway(new Extent(replaced, AwayRows.bytes(rowBytes)));
          }
        });
    return before.with(earlier.with(addresses));
  }

  List<DataRange> dataRanges() {
    return ranges;
  }

  /** Which of its rows a checkpoint has to bring home. */
  List<Move> moves() {
    return moves;
  }

  /** By how much more its rows take elsewhere than before. */
  long awayBytes() {
    return awayBytes;
  }

  List<Extent> letGo() {
    return letGo;
  }

  ColumnView after() {
    return Objects.requireNonNull(after, "not published");
  }
}
