package io.imagestore.hdf5.format;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file beside an HDF5 file that is written, named like it with {@code .journal} behind, from
 * which an interrupted commit is finished or taken back. It is there from the first commit on until
 * the file is closed.
 *
 * <p>After 8 bytes of signature it is a sequence of records: the payload's length (4 bytes), its
 * CRC-32C (4), and the payload, which is a kind (1), a sequence number (8), and lists of patches
 * and data ranges. All numbers are little-endian. Three kinds are known:
 *
 * <ul>
 *   <li>checkpoint: all before this record is settled. Holds the metadata that is likely to change,
 *       as it is.
 *   <li>before: more metadata, as it was at the checkpoint, that the next commit will change.
 *   <li>commit: metadata as the commit makes it, and checksums of the raw data that it wrote.
 * </ul>
 *
 * A record whose checksum doesn't fit, or whose number isn't the next, ends the journal; zeros may
 * follow.
 */
final class Journal implements Closeable {

  private static final byte[] SIGNATURE = {'H', '5', 'J', 'O', 'U', 'R', 'N', '1'};
  private static final byte CHECKPOINT = 1;
  private static final byte BEFORE = 2;
  private static final byte COMMIT = 3;
  private static final int HEAD = 8;
  private static final int RESERVE = 1 << 20;
  private static final int LOW_RESERVE = 1 << 14;

  private final Path path;
  private final RandomAccessFile file;
  private long length;
  private long sequence;
  private long reserved;
  private boolean synced;
  private @Nullable RandomAccessFile waiting;

  private Journal(Path path, RandomAccessFile file, long sequence) {
    this.path = path;
    this.file = file;
    this.sequence = sequence;
  }

  static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".journal");
  }

  /**
   * Begins a journal, in place of any that is there.
   *
   * @param wait whether to wait until it is on the device; not only where the file it belongs to
   *     has no settled state yet
   */
  static Journal begin(Path path, long sequence, List<Patch> metadata, boolean wait)
      throws IOException {
    // Without waiting there is nothing yet that a half-made journal could harm.
    Path fresh = wait ? path.resolveSibling(path.getFileName() + ".new") : path;
    deleteIfThere(fresh);
    RandomAccessFile file = new RandomAccessFile(fresh.toFile(), "rw");
    boolean begun = false;
    try {
      Journal journal = new Journal(path, file, sequence);
      file.write(SIGNATURE);
      journal.length = SIGNATURE.length;
      journal.append(CHECKPOINT, metadata, List.of());
      if (wait) {
        journal.sync();
        Files.move(
            fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncFolder(path);
      }
      begun = true;
      return journal;
    } finally {
      if (!begun) {
        file.close();
        Files.deleteIfExists(fresh);
      }
    }
  }

  long length() {
    return length;
  }

  long sequence() {
    return sequence;
  }

  /** What came before is settled. Waits until that is on the device. */
  void checkpoint(List<Patch> metadata) throws IOException {
    append(CHECKPOINT, metadata, List.of());
    sync();
  }

  void before(List<Patch> metadata) throws IOException {
    append(BEFORE, metadata, List.of());
  }

  /**
   * Appends a commit.
   *
   * @param durable whether to wait until it, and all before it, is on the device
   */
  void commit(List<Patch> metadata, List<DataRange> data, boolean durable) throws IOException {
    if (durable && synced) {
      reserve();
      byte[] record = record(COMMIT, metadata, data);
      RandomAccessFile waiting = waiting();
      waiting.seek(length);
      waiting.write(record);
      appended(record);
      return;
    }
    append(COMMIT, metadata, data);
    if (durable) {
      sync();
    }
  }

  /** Each write to it waits for the device, but not for what the file system notes down of it. */
  private RandomAccessFile waiting() throws IOException {
    if (waiting == null) {
      waiting = new RandomAccessFile(path.toFile(), "rwd");
    }
    return waiting;
  }

  /** Puts zeros on the device ahead, for writing over them is quicker than making a file longer. */
  private void reserve() throws IOException {
    if (length + LOW_RESERVE > reserved) {
      file.seek(length);
      file.write(new byte[RESERVE]);
      sync();
      reserved = length + RESERVE;
    }
  }

  private void append(byte kind, List<Patch> patches, List<DataRange> ranges) throws IOException {
    byte[] record = record(kind, patches, ranges);
    file.seek(length);
    file.write(record);
    appended(record);
    synced = false;
  }

  private void appended(byte[] record) {
    length += record.length;
    sequence++;
  }

  private byte[] record(byte kind, List<Patch> patches, List<DataRange> ranges) {
    long size = 1 + 8 + 4 + 4 + 16L * ranges.size();
    for (Patch patch : patches) {
      size += 12 + patch.bytes().length;
    }
    ByteBuffer record =
        ByteBuffer.allocate(Math.toIntExact(HEAD + size)).order(ByteOrder.LITTLE_ENDIAN);
    record.position(HEAD);
    record.put(kind).putLong(sequence).putInt(patches.size());
    for (Patch patch : patches) {
      record.putLong(patch.address()).putInt(patch.bytes().length).put(patch.bytes());
    }
    record.putInt(ranges.size());
    for (DataRange range : ranges) {
      record.putLong(range.address()).putInt(range.length()).putInt(range.crc32c());
    }
    record.putInt(0, (int) size).putInt(4, crc(record.array(), HEAD, (int) size));
    return record.array();
  }

  /** Takes back records appended last. */
  void truncate(long length, long sequence) throws IOException {
    file.setLength(length);
    this.reserved = length;
    this.length = length;
    this.sequence = sequence;
  }

  /** Waits until it is on the device, with its name. */
  void syncWithName() throws IOException {
    sync();
    syncFolder(path);
  }

  /** Waits until all of it is on the device. */
  void sync() throws IOException {
    file.getFD().sync();
    synced = true;
  }

  /** Closes and removes it. */
  void delete() throws IOException {
    close();
    delete(path);
  }

  /** There hardly ever is one, and to look costs less than to try. */
  static void deleteIfThere(Path path) throws IOException {
    if (Files.exists(path)) {
      Files.delete(path);
    }
  }

  static void delete(Path path) throws IOException {
    Files.deleteIfExists(path);
    syncFolder(path);
  }

  @Override
  public void close() throws IOException {
    try {
      if (waiting != null) {
        waiting.close();
      }
    } finally {
      file.close();
    }
  }

  private static void syncFolder(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    boolean interrupted = false;
    try {
      while (folder != null) {
        interrupted |= Thread.interrupted();
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
          channel.force(true);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        } catch (IOException e) {
          return; // Windows opens no folders, and needs none synced
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /**
   * One commit.
   *
   * @param metadata as it is after it
   * @param data what it wrote
   */
  record Commit(List<Patch> metadata, List<DataRange> data) {}

  /**
   * What a journal says.
   *
   * @param epoch the checkpoint's sequence number
   * @param before the metadata as it was at the checkpoint
   * @param commits since the checkpoint
   */
  record Contents(long epoch, List<Patch> before, List<Commit> commits) {

    boolean isNothing() {
      return epoch < 0;
    }

    /** Whether a later reading of the same journal shows nothing but more commits. */
    boolean isBeginningOf(Contents later) {
      return epoch == later.epoch && before.size() == later.before.size();
    }

    private Contents and(byte kind, long number, ByteBuffer record) throws IOException {
      List<Patch> patches = new ArrayList<>();
      List<DataRange> ranges = new ArrayList<>();
      parse(record, patches, ranges);
      switch (kind) {
        case CHECKPOINT -> {
          return new Contents(number, patches, new ArrayList<>());
        }
        case BEFORE -> before.addAll(patches);
        case COMMIT -> commits.add(new Commit(patches, ranges));
        default ->
            throw new Hdf5FormatException("the journal has a record of the unknown kind " + kind);
      }
      return this;
    }

    private static void parse(ByteBuffer record, List<Patch> patches, List<DataRange> ranges)
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
      } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
        Hdf5FormatException damaged =
            new Hdf5FormatException("a record of the journal contradicts itself");
        damaged.initCause(e);
        throw damaged;
      }
    }
  }

  /** A journal that settles nothing: as good as none. */
  static final Contents NOTHING = new Contents(-1, List.of(), List.of());

  /** Reads the journal at a path, as far as it is whole. */
  static Contents read(Path path) throws IOException {
    if (!Files.exists(path)) {
      return NOTHING; // as most often; an exception would cost more than all of opening
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return NOTHING;
    }
    if (bytes.length < SIGNATURE.length
        || !Arrays.equals(bytes, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      return NOTHING;
    }
    ByteBuffer file =
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(SIGNATURE.length);
    Contents contents = NOTHING;
    long expected = -1;
    while (file.remaining() > HEAD) {
      int size = file.getInt();
      int crc = file.getInt();
      if (size < 17 || size > file.remaining() || crc(bytes, file.position(), size) != crc) {
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
      if (contents.isNothing() && kind != CHECKPOINT) {
        break;
      }
      contents = contents.and(kind, number, record);
    }
    return contents;
  }
}
