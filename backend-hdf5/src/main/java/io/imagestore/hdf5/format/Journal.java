package io.imagestore.hdf5.format;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file beside an HDF5 file that is written, named like it with {@code .journal} behind, from
 * which an interrupted commit is finished or taken back. It is there from the first commit on until
 * the file is closed. {@link TableWriter} tells what is written when; {@link JournalContents} reads
 * it.
 *
 * <p>After 8 bytes of signature, the 8 bytes of its file's identity, and 8 that tell the run of the
 * operating system in which it is written, or 0, it is a sequence of records: the payload's length
 * (4 bytes), its CRC-32C (4), the payload, and 8 bytes that mark the end. The payload is a kind
 * (1), a sequence number (8), what is sure (1), and lists of patches, data ranges and moves. All
 * numbers are little-endian. Three kinds are known:
 *
 * <ul>
 *   <li>checkpoint: all before this record is settled. Holds the metadata that is likely to change,
 *       as it is, and which rows are to be brought home.
 *   <li>before: more metadata, as it was at the checkpoint, that the next commit will change.
 *   <li>commit: metadata as the commit makes it, checksums of the raw data that it wrote, and which
 *       of that belongs elsewhere.
 * </ul>
 *
 * A record whose checksum doesn't fit, or whose number isn't the next, ends the journal; zeros may
 * follow. If a whole checkpoint with a later number is behind it, that settles what is missing, and
 * the journal goes on there. If there are only others, the journal can be <em>damaged</em> rather
 * than cut short by a crash. A record tells what was sure when it was written:
 *
 * <ul>
 *   <li>bit 0: all records before it were on the device. None of them can be missing then.
 *   <li>bit 1, of a commit: so was the raw data that it and all commits before it wrote. What
 *       doesn't fit its checksum is damaged then, and no reason to take the commit back.
 * </ul>
 *
 * As long as the system runs on in which it was written, all that was written is there: each record
 * but the last is whole then, and so is the data of each whole commit.
 *
 * <p>A record that can't be written, or waited for, is taken out again, so that the journal is what
 * it was. If it can't be taken out either, or a loss of power could bring it back, {@link
 * #isUncertain} says so.
 */
final class Journal implements Closeable {

  static final byte[] SIGNATURE = {'H', '5', 'J', 'O', 'U', 'R', 'N', '4'};
  static final int START = SIGNATURE.length + 2 * Long.BYTES;
  static final byte CHECKPOINT = 1;
  static final byte BEFORE = 2;
  static final byte COMMIT = 3;
  static final byte RECORDS_ON_DEVICE = 1;
  static final byte DATA_ON_DEVICE = 2;
  static final long UNKNOWN_BOOT = 0;

  /** Length and checksum of a record. */
  static final int HEAD = 8;

  /** What the last bytes of a record are: neither zeros nor any text. */
  static final long END_MARK = 0xB7E1_5162_8AED_2A6BL;

  private static final int RESERVE = 1 << 20;
  private static final int LOW_RESERVE = 1 << 14;

  private final StoreFiles files;
  private final Path path;
  private final StoreFile file;
  private long length;
  private long sequence;
  private long reserved;
  private boolean synced;
  private boolean uncertain;
  private @Nullable StoreFile through;

  /**
   * What a checkpoint says of the state that is never gone back behind.
   *
   * @param metadata that is likely to change, as it is
   * @param moves that bring rows home
   */
  record Checkpoint(List<Patch> metadata, List<Move> moves) {}

  private Journal(StoreFiles files, Path path, StoreFile file, long sequence) {
    this.files = files;
    this.path = path;
    this.file = file;
    this.sequence = sequence;
  }

  /** A number for the run of the system. */
  static long boot(StoreFiles files) {
    return files
        .bootId()
        .map(word -> UUID.nameUUIDFromBytes(word.getBytes(StandardCharsets.UTF_8)))
        .map(UUID::getLeastSignificantBits)
        .orElse(UNKNOWN_BOOT);
  }

  static Path beside(Path file) {
    return Beside.named(file, ".journal");
  }

  /**
   * Begins a journal where there is none that counts, without waiting for anything.
   *
   * @param identity of the file it belongs to
   * @param state as it is
   */
  static Journal begin(StoreFiles files, Path path, long identity, Checkpoint state)
      throws IOException {
    return make(files, path, path, identity, System.currentTimeMillis() << 16, state);
  }

  /**
   * Begins a journal in place of any that is there, which stays unless this succeeds. It is on the
   * device then, with its name.
   *
   * @param identity of the file it belongs to
   * @param sequence its first number, unlike any before
   * @param state as it is
   * @throws SyncException if it can't be waited for; it may have taken the other one's place
   */
  static Journal replace(
      StoreFiles files, Path path, long identity, long sequence, Checkpoint state)
      throws IOException {
    Path fresh = Beside.named(path, ".new");
    Journal journal = make(files, fresh, path, identity, sequence, state);
    boolean begun = false;
    try {
      journal.sync();
      files.rename(fresh, path);
      begun = true;
    } finally {
      if (!begun) {
        journal.close();
        files.delete(fresh);
      }
    }
    boolean named = false;
    try {
      journal.syncName();
      named = true;
      return journal;
    } finally {
      if (!named) {
        journal.close();
      }
    }
  }

  private static Journal make(
      StoreFiles files, Path at, Path later, long identity, long sequence, Checkpoint state)
      throws IOException {
    StoreFile file = files.open(at, Access.REPLACE);
    boolean made = false;
    try {
      Journal journal = new Journal(files, later, file, sequence);
      ByteBuffer start = ByteBuffer.allocate(START).order(ByteOrder.LITTLE_ENDIAN);
      file.write(0, start.put(SIGNATURE).putLong(identity).putLong(boot(files)).flip());
      journal.length = START;
      journal.append(state);
      made = true;
      return journal;
    } finally {
      if (!made) {
        file.close();
        files.delete(at);
      }
    }
  }

  long length() {
    return length;
  }

  long sequence() {
    return sequence;
  }

  /** Whether its last record may or may not be found in it. */
  boolean isUncertain() {
    return uncertain;
  }

  /** What came before is settled. Waits until that is on the device. */
  void checkpoint(Checkpoint state) throws IOException {
    wholeOrNot(
        () -> {
          append(state);
          sync();
        });
  }

  /**
   * Appends a commit.
   *
   * @param before metadata that the journal doesn't have yet, as it was
   * @param after metadata as the commit makes it
   * @param data what else it wrote
   * @param moves what of that belongs elsewhere
   * @param dataOnDevice whether that, and the data of all commits before, was waited for
   * @param wait whether to wait until the commit, and all before it, is on the device
   */
  void commit(
      List<Patch> before,
      List<Patch> after,
      List<DataRange> data,
      List<Move> moves,
      boolean dataOnDevice,
      boolean wait)
      throws IOException {
    byte sure = dataOnDevice ? DATA_ON_DEVICE : 0;
    if (wait && synced && before.isEmpty()) {
      reserve();
      wholeOrNot(() -> writeThrough(record(COMMIT, sure, after, data, moves)));
      return;
    }
    wholeOrNot(
        () -> {
          if (!before.isEmpty()) {
            append(record(BEFORE, (byte) 0, before, List.of(), List.of()));
          }
          append(record(COMMIT, sure, after, data, moves));
          if (wait) {
            sync();
          }
        });
  }

  private void wholeOrNot(SyncException.Waiting step) throws IOException {
    long lengthBefore = length;
    long sequenceBefore = sequence;
    boolean done = false;
    boolean reached = false;
    try {
      step.run();
      done = true;
    } catch (SyncException e) {
      reached = true; // the device, perhaps, and that it is cut off again can't be waited for
      throw e;
    } finally {
      if (!done) {
        length = lengthBefore;
        sequence = sequenceBefore;
        cutOff(reached);
      }
    }
  }

  private void cutOff(boolean reached) {
    uncertain = true;
    try {
      file.setSize(length);
      reserved = length;
      uncertain = reached;
    } catch (IOException e) {
      // The caller, who is told of another failure, asks whether it is certain.
      assert uncertain : e;
    }
  }

  /** Waits for each write, but not for what the file system notes down of it. */
  private void writeThrough(byte[] record) throws IOException {
    if (through == null) {
      through = files.open(path, Access.WRITE_THROUGH);
    }
    StoreFile waiting = through;
    SyncException.guard(() -> waiting.write(length, record, 0, record.length));
    appended(record);
  }

  /** Puts zeros on the device ahead, for writing over them is quicker than making a file longer. */
  private void reserve() throws IOException {
    if (length + LOW_RESERVE > reserved) {
      file.write(length, new byte[RESERVE], 0, RESERVE);
      sync();
      reserved = length + RESERVE;
    }
  }

  private void append(Checkpoint state) throws IOException {
    append(record(CHECKPOINT, (byte) 0, state.metadata(), List.of(), state.moves()));
  }

  private void append(byte[] record) throws IOException {
    file.write(length, record, 0, record.length);
    appended(record);
    synced = false;
  }

  private void appended(byte[] record) {
    length += record.length;
    sequence++;
  }

  private byte[] record(
      byte kind, byte sure, List<Patch> patches, List<DataRange> ranges, List<Move> moves) {
    long size = 1 + 8 + 1 + 4 + 4 + 4 + 16L * ranges.size() + 20L * moves.size();
    for (Patch patch : patches) {
      size += 12 + patch.bytes().length;
    }
    ByteBuffer record =
        ByteBuffer.allocate(Math.toIntExact(HEAD + size + Long.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    record.position(HEAD);
    record.put(kind).putLong(sequence);
    record.put((byte) (synced ? sure | RECORDS_ON_DEVICE : sure)).putInt(patches.size());
    for (Patch patch : patches) {
      record.putLong(patch.address()).putInt(patch.bytes().length).put(patch.bytes());
    }
    record.putInt(ranges.size());
    for (DataRange range : ranges) {
      record.putLong(range.address()).putInt(range.length()).putInt(range.crc32c());
    }
    record.putInt(moves.size());
    for (Move move : moves) {
      record.putLong(move.from()).putLong(move.to()).putInt(move.length());
    }
    record.putLong(END_MARK);
    record.putInt(0, (int) size).putInt(4, crc(record.array(), HEAD, (int) size));
    return record.array();
  }

  /** Waits until it is on the device, with its name. */
  void syncWithName() throws SyncException {
    sync();
    syncName();
  }

  private void sync() throws SyncException {
    SyncException.guard(file::force);
    synced = true;
  }

  /** Waits until its name is on the device. */
  void syncName() throws SyncException {
    SyncException.guard(() -> syncFolder(files, path));
  }

  /**
   * Removes a journal that is needed no more, if there is one. It is emptied first, and that is
   * waited for: should a loss of power bring its name back, it says nothing. That of another file,
   * which may have come in the place of this one, stays.
   *
   * @param identity of the file it belonged to
   */
  static void discard(StoreFiles files, Path path, long identity) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    try (StoreFile file = files.open(path, Access.WRITE)) {
      if (isAnothers(file, identity)) {
        return;
      }
      file.setSize(0);
      SyncException.guard(file::force);
    }
    files.delete(path);
  }

  private static boolean isAnothers(StoreFile file, long identity) throws IOException {
    byte[] start = new byte[START];
    int signature = SIGNATURE.length;
    return file.read(0, start, 0, START) == START
        && Arrays.equals(start, 0, signature, SIGNATURE, 0, signature)
        && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong(signature) != identity;
  }

  private static void syncFolder(StoreFiles files, Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      files.sync(folder);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (through != null) {
        through.close();
      }
    } finally {
      file.close();
    }
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
