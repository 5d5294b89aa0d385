package io.imagestore.hdf5.format;

import io.imagestore.spi.Mappings;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written at any place by one thread, and read through mappings by many.
 *
 * <p>It is mapped in segments. While it is open for writing, its length is a multiple of a segment,
 * the rest being a hole that takes no room; so each segment is mapped once, whole. HDF5 readers
 * don't mind a file that is longer than its superblock says.
 */
public final class StorageFile implements ByteSource, Closeable {

  private static final int SEGMENT_BITS = 25;
  private static final int SEGMENT = 1 << SEGMENT_BITS;
  private static final int OPENINGS = 10;

  /** A new file has some attributes of at most 64 KiB, and no columns. */
  private static final int MOST_OF_A_NEW_FILE = 1 << 18;

  /** The least that a loss of power leaves or takes. */
  private static final int TORN = 512;

  private final Path path;
  private final StoreFile file;
  private final boolean writable;

  /** What tells the file from another of its name, or null where the system tells nothing. */
  private final @Nullable Object key;

  private long length;
  private final Mappings mappings = Mappings.none();
  private volatile @Nullable ByteBuffer[] segments = new ByteBuffer[0];
  private boolean closed;

  private StorageFile(Path path, boolean writable, StoreFile file, @Nullable Object key)
      throws IOException {
    this.path = path;
    this.writable = writable;
    this.file = file;
    this.key = key;
    boolean opened = false;
    try {
      this.length = file.size();
      opened = true;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Opens a file to read it.
   *
   * @param path the file, which must be there, in the default file system
   * @return the open file
   * @throws IOException if it can't be opened
   */
  public static StorageFile openReadOnly(Path path) throws IOException {
    return open(StoreFiles.ofSystem(), path, false);
  }

  static StorageFile open(StoreFiles files, Path path) throws IOException {
    return open(files, path, true);
  }

  private static StorageFile open(StoreFiles files, Path path, boolean writable)
      throws IOException {
    requireFile(path);
    for (int attempt = 0; attempt < OPENINGS; attempt++) {
      Object key = key(path);
      StoreFile file = files.open(path, writable ? Access.WRITE : Access.READ);
      boolean same = false;
      try {
        same = Objects.equals(key, key(path));
      } finally {
        if (!same) {
          file.close(); // another file took its place just then, and this may be either
        }
      }
      if (same) {
        return new StorageFile(path, writable, file, key);
      }
    }
    throw new IOException(path + " is another file each time that it is looked at");
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static void requireFile(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new NoSuchFileException(path.toString(), null, "is no file");
    }
  }

  /** Makes a file that begins with some bytes, which are written at one go. */
  static StorageFile create(StoreFiles files, Path path, byte[] start) throws IOException {
    requireNothing(path);
    StoreFile file = files.open(path, Access.WRITE);
    Object key;
    boolean made = false;
    try {
      file.write(0, start, 0, start.length);
      key = key(path);
      made = true;
    } finally {
      if (!made) {
        file.close();
        files.delete(path);
      }
    }
    return new StorageFile(path, true, file, key);
  }

  /** The same, on the device: a loss of power leaves all of it, or nothing under its name. */
  static StorageFile createDurably(StoreFiles files, Path path, byte[] start) throws IOException {
    requireNothing(path);
    Path fresh = Beside.named(path, ".making");
    requireNothingOrLeftover(fresh);
    files.delete(fresh);
    boolean made = false;
    try {
      try (StoreFile file = files.open(fresh, Access.WRITE)) {
        // The beginning comes last: where it is, all is, or a crash has left nothing but zeros
        // there.
        int beginning = Math.min(TORN, start.length);
        file.write(beginning, start, beginning, start.length - beginning);
        file.force();
        file.write(0, start, 0, beginning);
        file.force();
      }
      files.rename(fresh, path);
      made = true;
    } finally {
      if (!made) {
        files.delete(fresh);
      }
    }
    files.sync(parent(path));
    return open(files, path);
  }

  /** Of the same name there may be what a crash left of a file that was being made. */
  private static void requireNothingOrLeftover(Path fresh) throws IOException {
    if (!Files.notExists(fresh, LinkOption.NOFOLLOW_LINKS) && !isLeftover(fresh)) {
      throw new FileAlreadyExistsException(
          fresh.toString(), null, "has the name of a file that is being made; move it away");
    }
  }

  private static boolean isLeftover(Path fresh) throws IOException {
    if (!Files.isRegularFile(fresh, LinkOption.NOFOLLOW_LINKS)
        || Files.size(fresh) > MOST_OF_A_NEW_FILE) {
      return false;
    }
    try (StorageFile file = openReadOnly(fresh)) {
      byte[] start = file.read(0, (int) Math.min(file.length(), TORN));
      return Arrays.equals(start, new byte[start.length])
          || (ReuseCounter.read(file).isThere() && TableStructure.isOfNewFile(file));
    }
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.toAbsolutePath().getParent());
  }

  private static void requireNothing(Path path) throws IOException {
    if (!Files.notExists(path) && Files.size(path) > 0) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  @Override
  public synchronized long length() throws IOException {
    if (!writable) {
      length = file.size();
    }
    return length;
  }

  @Override
  public void read(long address, byte[] into, int offset, int count) throws IOException {
    if (address < 0
        || address > length() - count
        || file.read(address, into, offset, count) < count) {
      throw new Hdf5FormatException(
          count
              + " bytes at address "
              + address
              + " are outside of the file of "
              + length()
              + " bytes");
    }
  }

  /** Writes what remains, which is used up, after making the file long enough. */
  void write(long address, ByteBuffer bytes) throws IOException {
    reserve(address + bytes.remaining());
    file.write(address, bytes);
  }

  void write(long address, byte[] bytes, int offset, int count) throws IOException {
    reserve(address + count);
    file.write(address, bytes, offset, count);
  }

  void write(Patch patch) throws IOException {
    write(patch.address(), patch.bytes(), 0, patch.bytes().length);
  }

  /** Makes the file long enough. */
  synchronized void reserve(long end) throws IOException {
    if (end > length) {
      long whole = (end + SEGMENT - 1) >> SEGMENT_BITS << SEGMENT_BITS;
      file.setSize(whole);
      length = whole;
    }
  }

  /** Cuts the file off and makes it long again, so that all behind the place is zero. */
  synchronized void clearFrom(long end) throws IOException {
    if (length > end) {
      file.setSize(end);
      length = end;
    }
  }

  /** Waits until all that has been written is on the device. */
  void sync() throws SyncException {
    SyncException.guard(file::force);
  }

  /** Cuts the hole at the end off and closes. */
  synchronized void close(long end) throws IOException {
    unmap();
    try {
      if (writable && length > end) {
        cut(end);
      }
    } finally {
      close();
    }
  }

  private void cut(long end) {
    try {
      file.setSize(end);
      length = end;
    } catch (IOException e) {
      // Some systems don't cut a file that somebody has mapped. The hole does no harm.
      assert length > end : e;
    }
  }

  /** Closes. Nobody may be reading. */
  @Override
  public synchronized void close() throws IOException {
    unmap();
    file.close();
  }

  private void unmap() {
    if (!closed) {
      closed = true;
      segments = new ByteBuffer[0];
      mappings.close();
    }
  }

  /**
   * Copies mapped bytes to a buffer's position, and moves it. Any number of threads may do so at
   * once; an interrupt doesn't matter.
   *
   * @param address where in the file
   * @param into has room for them
   * @param count how many
   * @throws Hdf5FormatException if they aren't in the file
   * @throws IOException if the file can't be mapped
   */
  public void get(long address, ByteBuffer into, int count) throws IOException {
    long at = address;
    int left = count;
    while (left > 0) {
      int inSegment = (int) (at & (SEGMENT - 1));
      int part = Math.min(left, SEGMENT - inSegment);
      ByteBuffer segment = segment(at, part);
      into.put(into.position(), segment, inSegment, part);
      into.position(into.position() + part);
      at += part;
      left -= part;
    }
  }

  /** A little-endian number whose address is a multiple of its size. */
  long getLong(long address) throws IOException {
    return segment(address, Long.BYTES).getLong((int) (address & (SEGMENT - 1)));
  }

  /** A little-endian number. */
  int getInt(long address) throws IOException {
    int inSegment = (int) (address & (SEGMENT - 1));
    if (inSegment <= SEGMENT - Integer.BYTES) {
      return segment(address, Integer.BYTES).getInt(inSegment);
    }
    ByteBuffer pieces = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    get(address, pieces, Integer.BYTES);
    return pieces.getInt(0);
  }

  private ByteBuffer segment(long address, int count) throws IOException {
    int index = (int) (address >> SEGMENT_BITS);
    int end = (int) (address & (SEGMENT - 1)) + count;
    @Nullable ByteBuffer[] known = segments;
    ByteBuffer segment = index < known.length ? known[index] : null;
    return segment != null && segment.capacity() >= end ? segment : map(index, end);
  }

  private synchronized ByteBuffer map(int index, int end) throws IOException {
    if (closed) {
      throw new IOException(path + " was closed");
    }
    ByteBuffer there = index < segments.length ? segments[index] : null;
    if (there != null && there.capacity() >= end) {
      return there;
    }
    long start = (long) index << SEGMENT_BITS;
    ByteBuffer segment = mapUninterrupted(start, end).order(ByteOrder.LITTLE_ENDIAN);
    @Nullable ByteBuffer[] grown = Arrays.copyOf(segments, Math.max(segments.length, index + 1));
    grown[index] = segment;
    segments = grown;
    return segment;
  }

  private ByteBuffer mapUninterrupted(long start, int end) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        // A channel of its own, for an interrupt closes the channel that a thread is in.
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          requireSameFile();
          return map(channel, start, end);
        } catch (ClosedByInterruptException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void requireSameFile() throws IOException {
    if (!Objects.equals(key, key(path))) {
      throw new IOException(path + " was replaced while it was open; open it again");
    }
  }

  /** Maps a segment, or as much of it as the file has, which is shorter once it is closed. */
  private ByteBuffer map(FileChannel channel, long start, int end) throws IOException {
    int size = (int) Math.min(SEGMENT, channel.size() - start);
    if (size < end) {
      // Touching a mapping behind the end of its file would be the end of the process on some
      // systems.
      throw new Hdf5FormatException(
          "address " + (start + end) + " is behind the end of the file, at " + channel.size());
    }
    try {
      return mappings.map(channel, start, size);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      // A writer that closes cuts the hole off just then; what was asked for lies before it.
      return mappings.map(channel, start, end);
    }
  }
}
