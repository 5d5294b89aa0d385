package io.imagestore.hdf5.format;

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

/**
 * What a {@linkplain Journal journal} says, as far as it is whole.
 *
 * @param identity of the file that it belongs to
 * @param epoch the sequence number of the last checkpoint
 * @param before the metadata as it was at that checkpoint, as far as commits change it
 * @param moves that the checkpoint began, and that may not be done
 * @param commits since the checkpoint
 * @param beforeCrc a checksum of all that tells of the checkpoint
 */
record JournalContents(
    long identity,
    long epoch,
    List<Patch> before,
    List<Move> moves,
    List<Commit> commits,
    int beforeCrc) {

  private static final int LEAST = 21;

  /** A journal that settles nothing: as good as none. */
  static final JournalContents NOTHING =
      new JournalContents(0, -1, List.of(), List.of(), List.of(), 0);

  /**
   * One commit.
   *
   * @param metadata as it is after it
   * @param data what it wrote
   * @param moves what of that belongs elsewhere
   */
  record Commit(List<Patch> metadata, List<DataRange> data, List<Move> moves) {}

  boolean isNothing() {
    return epoch < 0;
  }

  /** Whether a later reading of the same journal shows nothing but more commits. */
  boolean isBeginningOf(JournalContents later) {
    return epoch == later.epoch
        && before.size() == later.before.size()
        && beforeCrc == later.beforeCrc;
  }

  /** Reads the journal at a path. */
  static JournalContents read(Path path) throws IOException {
    if (!Files.exists(path)) {
      return NOTHING; // as most often; an exception would cost more than all of opening
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return NOTHING;
    }
    return parse(bytes);
  }

  private static JournalContents parse(byte[] bytes) throws IOException {
    int signature = Journal.SIGNATURE.length;
    if (bytes.length < Journal.START
        || !Arrays.equals(bytes, 0, signature, Journal.SIGNATURE, 0, signature)) {
      return NOTHING;
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(signature);
    long identity = file.getLong();
    JournalContents contents = NOTHING;
    long expected = -1;
    while (file.remaining() > Journal.HEAD) {
      int size = file.getInt();
      int crc = file.getInt();
      if (size < LEAST
          || size > file.remaining()
          || Journal.crc(bytes, file.position(), size) != crc) {
        break;
      }
      ByteBuffer record = file.slice(file.position(), size).order(ByteOrder.LITTLE_ENDIAN);
      file.position(file.position() + size);
      byte kind = record.get();
      long number = record.getLong();
      if (expected >= 0 && number != expected) {
        break;
      }
      expected = number + 1;
      if (contents.isNothing() && kind != Journal.CHECKPOINT) {
        break;
      }
      contents = contents.and(kind, number, record, crc, identity);
    }
    return contents;
  }

  private JournalContents and(byte kind, long number, ByteBuffer record, int crc, long owner)
      throws IOException {
    List<Patch> patches = new ArrayList<>();
    List<DataRange> ranges = new ArrayList<>();
    List<Move> moved = new ArrayList<>();
    parse(record, patches, ranges, moved);
    switch (kind) {
      case Journal.CHECKPOINT -> {
        return new JournalContents(owner, number, patches, moved, new ArrayList<>(), crc);
      }
      case Journal.BEFORE -> {
        before.addAll(patches);
        return new JournalContents(owner, epoch, before, moves, commits, 31 * beforeCrc + crc);
      }
      case Journal.COMMIT -> commits.add(new Commit(patches, ranges, moved));
      default ->
          throw new Hdf5FormatException("the journal has a record of the unknown kind " + kind);
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
