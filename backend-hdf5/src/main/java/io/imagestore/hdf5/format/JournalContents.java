package io.imagestore.hdf5.format;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a {@linkplain Journal journal} says, as far as it is whole.
 *
 * @param identity of the file that it belongs to
 * @param ofThisBoot whether the system still runs in which it was written, so that no loss of power
 *     can have taken anything
 * @param epoch the sequence number of the last checkpoint
 * @param before the metadata as it was at that checkpoint, as far as commits change it
 * @param moves that the checkpoint began, and that may not be done
 * @param commits since the checkpoint
 * @param beforeCrc a checksum of all that tells of the checkpoint
 * @param damage why its end is none that a crash leaves, or null if it may be
 */
record JournalContents(
    long identity,
    boolean ofThisBoot,
    long epoch,
    List<Patch> before,
    List<Move> moves,
    List<Commit> commits,
    int beforeCrc,
    @Nullable String damage) {

  /** The least that a payload takes. */
  private static final int LEAST = 22;

  /** A journal that settles nothing: as good as none. */
  static final JournalContents NOTHING =
      new JournalContents(0, false, -1, List.of(), List.of(), List.of(), 0, null);

  /**
   * One commit.
   *
   * @param metadata as it is after it
   * @param data what it wrote
   * @param moves what of that belongs elsewhere
   * @param onDevice whether its data, and that of all commits before, was waited for
   */
  record Commit(List<Patch> metadata, List<DataRange> data, List<Move> moves, boolean onDevice) {}

  /** A record whose checksum fits; its payload is left to be read. */
  private record Whole(byte kind, long number, byte sure, int crc, int end, ByteBuffer payload) {

    /** The record that begins at some place, or null if none does that is whole. */
    static @Nullable Whole at(byte[] journal, int at) {
      int start = at + Journal.HEAD;
      if (start > journal.length - LEAST) {
        return null;
      }
      ByteBuffer record = littleEndian(journal).position(at);
      int size = record.getInt();
      int crc = record.getInt();
      if (size < LEAST || size > record.remaining() || Journal.crc(journal, start, size) != crc) {
        return null;
      }
      int end = start + size;
      record.limit(end);
      return new Whole(record.get(), record.getLong(), record.get(), crc, end + Long.BYTES, record);
    }

    boolean says(byte what) {
      return (sure & what) != 0;
    }
  }

  boolean isNothing() {
    return epoch < 0;
  }

  /** Whether a later reading of the same journal shows nothing but more commits. */
  boolean isBeginningOf(JournalContents later) {
    return epoch == later.epoch
        && before.size() == later.before.size()
        && beforeCrc == later.beforeCrc
        && Objects.equals(damage, later.damage);
  }

  /** How many of the commits, from the first on, have certainly all the data that they wrote. */
  int certain() {
    int certain = commits.size();
    while (!ofThisBoot && certain > 0 && !commits.get(certain - 1).onDevice()) {
      certain--;
    }
    return certain;
  }

  /**
   * Reads the journal at a path.
   *
   * @param files tell the run of the system
   */
  static JournalContents read(Path path, StoreFiles files) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return NOTHING; // as most often; any other failure may hide one
    }
    return parse(bytes, path, files);
  }

  private static ByteBuffer littleEndian(byte[] journal) {
    return ByteBuffer.wrap(journal).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static JournalContents parse(byte[] journal, Path path, StoreFiles files)
      throws IOException {
    ByteBuffer head = littleEndian(journal);
    // A loss of power leaves of one that nobody waited for less than its head, or zeros.
    if (journal.length < Journal.START || head.getLong() == 0) {
      return NOTHING;
    }
    int signature = Journal.SIGNATURE.length;
    if (!Arrays.equals(journal, 0, signature, Journal.SIGNATURE, 0, signature)) {
      return NOTHING.endingIn(path + " doesn't begin like a journal");
    }
    long identity = head.getLong();
    long boot = head.getLong();
    boolean ofThisBoot = boot != Journal.UNKNOWN_BOOT && boot == Journal.boot(files);
    JournalContents contents = NOTHING;
    long expected = -1;
    int at = Journal.START;
    for (Whole record = next(journal, at, expected);
        record != null;
        record = next(journal, at, expected)) {
      contents = contents.and(record, identity, ofThisBoot);
      expected = record.number() + 1;
      at = record.end();
    }
    return isAnEnd(journal, at, expected, ofThisBoot)
        ? contents
        : contents.endingIn(
            "the record at byte "
                + at
                + " of "
                + path
                + " is damaged: what is behind it shows that it was whole");
  }

  /** The record at some place if it goes on from there, or else the next checkpoint. */
  private static @Nullable Whole next(byte[] journal, int at, long expected) {
    Whole record = Whole.at(journal, at);
    boolean goesOn =
        record != null
            && (expected < 0 ? record.kind() == Journal.CHECKPOINT : record.number() == expected);
    return goesOn
        ? record
        : later(journal, at, expected, behind -> behind.kind() == Journal.CHECKPOINT);
  }

  /**
   * Whether records may end at some place: that none is behind it, or only what a loss of power can
   * have left, which may have taken a record and left a later one.
   */
  private static boolean isAnEnd(byte[] journal, int end, long expected, boolean ofThisBoot) {
    if (ofThisBoot && hasEndMark(journal, end)) {
      return false;
    }
    return later(
            journal, end, expected, record -> ofThisBoot || record.says(Journal.RECORDS_ON_DEVICE))
        == null;
  }

  private static boolean hasEndMark(byte[] journal, int from) {
    ByteBuffer bytes = littleEndian(journal);
    for (int at = from; at <= journal.length - Long.BYTES; at++) {
      if (bytes.getLong(at) == Journal.END_MARK) {
        return true;
      }
    }
    return false;
  }

  /** The first whole record behind some place that comes later than expected there. */
  private static @Nullable Whole later(
      byte[] journal, int from, long expected, Predicate<Whole> condition) {
    ByteBuffer bytes = littleEndian(journal);
    for (int start = from + Journal.HEAD; start <= journal.length - LEAST; start++) {
      if (isKind(journal[start]) && isLater(bytes.getLong(start + 1), expected, journal.length)) {
        Whole record = Whole.at(journal, start - Journal.HEAD);
        if (record != null && condition.test(record)) {
          return record;
        }
      }
    }
    return null;
  }

  private static boolean isKind(byte kind) {
    return kind == Journal.CHECKPOINT || kind == Journal.BEFORE || kind == Journal.COMMIT;
  }

  private static boolean isLater(long number, long expected, int bytes) {
    return expected < 0 ? number > 0 : number > expected && number - expected < bytes / LEAST;
  }

  private JournalContents endingIn(String why) {
    return new JournalContents(identity, ofThisBoot, epoch, before, moves, commits, beforeCrc, why);
  }

  private JournalContents and(Whole record, long owner, boolean now) throws IOException {
    List<Patch> patches = new ArrayList<>();
    List<DataRange> ranges = new ArrayList<>();
    List<Move> moved = new ArrayList<>();
    parse(record.payload(), patches, ranges, moved);
    int crc = record.crc();
    switch (record.kind()) {
      case Journal.CHECKPOINT -> {
        return new JournalContents(
            owner, now, record.number(), patches, moved, new ArrayList<>(), crc, null);
      }
      case Journal.BEFORE -> {
        before.addAll(patches);
        return new JournalContents(
            owner, now, epoch, before, moves, commits, 31 * beforeCrc + crc, null);
      }
      case Journal.COMMIT ->
          commits.add(new Commit(patches, ranges, moved, record.says(Journal.DATA_ON_DEVICE)));
      default ->
          throw new Hdf5FormatException(
              "the journal has a record of the unknown kind " + record.kind());
    }
    return this;
  }

  private static void parse(
      ByteBuffer record, List<Patch> patches, List<DataRange> ranges, List<Move> moves)
      throws IOException {
    try {
      for (int i = record.getInt(); i > 0; i--) {
        long address = record.getLong();
        byte[] bytes = new byte[Objects.checkIndex(record.getInt(), record.remaining() + 1)];
        record.get(bytes);
        patches.add(new Patch(address, bytes));
      }
      for (int i = record.getInt(); i > 0; i--) {
        ranges.add(new DataRange(record.getLong(), record.getInt(), record.getInt()));
      }
      for (int i = record.getInt(); i > 0; i--) {
        moves.add(new Move(record.getLong(), record.getLong(), record.getInt()));
      }
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      Hdf5FormatException damaged =
          new Hdf5FormatException("a record of the journal contradicts itself");
      damaged.initCause(e);
      throw damaged;
    }
  }
}
