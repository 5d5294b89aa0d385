package io.imagestore.testkit;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A disk that fails on demand, for tests of what a store does then. It lies in a real folder, and
 * remembers beside it what would be left of it if the power failed.
 *
 * <pre>{@code
 * FaultyDisk disk = new FaultyDisk(folder, seed);
 * try (ImageStore store = provider.open(folder.resolve("store"), options, disk)) {
 *   disk.failOnce(Set.of(Operation.SYNC), 3, Failure.IO_ERROR);
 *   ...                                          // the third sync from now on fails
 *   disk.crash(elsewhere, crashSeed);            // what would be found after a loss of power
 * }
 * disk.assertNothingOpen();
 * }</pre>
 *
 * <p>It behaves as badly as a real one may:
 *
 * <ul>
 *   <li>A write that fails has written none or some of its bytes.
 *   <li>Half of the syncs of a file that fail have brought some of what was written to the device,
 *       and the rest never gets there unless it is written again, though it can still be read and a
 *       later sync succeeds, as on Linux. Other operations that fail have done nothing.
 *   <li>The power takes what wasn't synced: of each sector of {@value #SECTOR} bytes any state
 *       since the last sync may be left, of each length too; new names, renames and deletions may
 *       be undone one by one until their folder is synced, however often the files are.
 * </ul>
 *
 * <p>All that is random is decided by seeds. What lies in the folder already when the disk is made
 * is taken to be on the device. Files must not be changed but through the disk; what is made there
 * behind its back, such as a lock, doesn't survive the loss of power.
 *
 * <p>Safe in any thread.
 */
public final class FaultyDisk implements StoreFiles {

  /** As many bytes reach the device together or not at all. */
  public static final int SECTOR = 512;

  /** What can fail. */
  public enum Operation {
    /** Opening a file that isn't there yet, or making a folder. */
    CREATE,

    /** Writing to a file. */
    WRITE,

    /** Cutting a file off, making it longer, or opening it to be replaced. */
    TRUNCATE,

    /** Forcing a file or a folder to the device; each write to a file that is written through. */
    SYNC,

    /** Renaming a file. */
    RENAME,

    /** Deleting a file or a folder that is there. */
    DELETE
  }

  /** How it fails. */
  public enum Failure {
    /** The device is broken. */
    IO_ERROR("Input/output error"),

    /** The device is full. */
    NO_SPACE("No space left on device");

    private final String reason;

    Failure(String reason) {
      this.reason = reason;
    }
  }

  /**
   * Operations that are to fail: the one that brings the countdown to zero, and perhaps all later.
   */
  private static final class Fault {
    private final Set<Operation> operations;
    private final Failure failure;
    private final boolean lasting;
    private int countdown;

    Fault(Set<Operation> operations, int nth, Failure failure, boolean lasting) {
      if (nth < 1) {
        throw new IllegalArgumentException("the first operation is number 1, but not " + nth);
      }
      this.operations = Set.copyOf(operations);
      this.countdown = nth;
      this.failure = failure;
      this.lasting = lasting;
    }

    boolean strikes(Operation operation) {
      if (!operations.contains(operation) || (countdown == 0 && !lasting)) {
        return false;
      }
      countdown = Math.max(0, countdown - 1);
      return countdown == 0;
    }
  }

  private final Path root;

  /** The same with all links followed, as a store may name it. */
  private final Path realRoot;

  private final String bootId = String.valueOf(UUID.randomUUID());
  private final SplittableRandom random;
  private final StoreFiles real = StoreFiles.ofSystem();
  private final FolderHistory top;
  private final Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
  private final IdentityHashMap<StoreFile, Throwable> open = new IdentityHashMap<>();
  private @Nullable Fault fault;
  private int failures;

  /** Rises with each change, so that changes to different files have an order. */
  private long time;

  /**
   * A disk that doesn't fail yet.
   *
   * @param folder where its files lie, as in a {@code @TempDir}; no file outside is to be reached
   * @param seed decides how much of a failing operation is done
   * @throws IOException if what lies there can't be read
   */
  public FaultyDisk(Path folder, long seed) throws IOException {
    this.root = folder.toAbsolutePath().normalize();
    this.realRoot = folder.toRealPath();
    this.top = FolderHistory.of(root);
    this.random = new SplittableRandom(seed);
  }

  // What a test asks for.

  /**
   * Lets one operation fail. Takes the place of what was asked for before.
   *
   * @param operations which are counted
   * @param nth which of them fails: 1 is the next one
   * @param failure how
   */
  public synchronized void failOnce(Set<Operation> operations, int nth, Failure failure) {
    fault = new Fault(operations, nth, failure, false);
  }

  /**
   * Lets an operation and all later ones fail, until {@link #heal}. Takes the place of what was
   * asked for before.
   *
   * @param operations which are counted, and fail
   * @param nth the first of them to fail: 1 is the next one
   * @param failure how
   */
  public synchronized void failFrom(Set<Operation> operations, int nth, Failure failure) {
    fault = new Fault(operations, nth, failure, true);
  }

  /** Lets nothing fail any more: the cable is plugged in again, or there is space again. */
  public synchronized void heal() {
    fault = null;
  }

  /**
   * How many operations have failed so far, as was asked for.
   *
   * @return 0 at first
   */
  public synchronized int failures() {
    return failures;
  }

  /**
   * How many operations of a kind there have been so far, the failed ones included.
   *
   * @param operation the kind
   * @return 0 at first
   */
  public synchronized int count(Operation operation) {
    return counts.getOrDefault(operation, 0);
  }

  /**
   * Shows what would be found if the power failed now. This disk goes on unharmed, so that many
   * crashes can be had of one moment.
   *
   * @param survivors a folder that isn't there yet or is empty; it gets what the disk's folder
   *     would hold
   * @param seed decides what has reached the device
   * @throws IOException if that can't be written
   */
  public synchronized void crash(Path survivors, long seed) throws IOException {
    Survival survival = Survival.drawn(new SplittableRandom(seed), time);
    top.writeSurvivors(survivors, survival);
  }

  /**
   * Checks that every file that was opened has been closed.
   *
   * @throws AssertionError if not; it shows where each was opened
   */
  public synchronized void assertNothingOpen() {
    if (!open.isEmpty()) {
      AssertionError error = new AssertionError(open.size() + " files were not closed");
      open.values().forEach(error::addSuppressed);
      open.clear();
      throw error;
    }
  }

  /** Takes a file or folder that was made behind this disk's back to be on the device. */
  synchronized void learn(Path path) throws IOException {
    if (Files.exists(path)) {
      folder(parent(path)).learn(name(path), path);
    }
  }

  /** Whether something was thrown because a disk failed as it was asked to. */
  static boolean isCauseOf(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof AskedForException) {
        return true;
      }
    }
    return false;
  }

  private static final class AskedForException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    AskedForException(Path path, Failure failure) {
      super(path.toString(), null, failure.reason);
    }
  }

  // What a store asks for.

  @Override
  public synchronized StoreFile open(Path file, Access access) throws IOException {
    String name = name(file);
    boolean missing = !Files.exists(file);
    if (missing && access != Access.READ && Files.isDirectory(parent(file))) {
      attempt(Operation.CREATE, file);
    }
    boolean emptied = !missing && access == Access.REPLACE && Files.size(file) > 0;
    if (emptied) {
      attempt(Operation.TRUNCATE, file);
    }
    FileHistory history = missing ? new FileHistory() : history(file);
    StoreFile opened = real.open(file, access);
    if (missing) {
      folder(parent(file)).put(name, history, ++time);
    }
    if (emptied) {
      history.resized(0, ++time, opened);
    }
    return tracked(new FaultyFile(file, opened, history, access));
  }

  private StoreFile tracked(FaultyFile file) {
    open.put(file, new Throwable(file.path + " was opened here"));
    return file;
  }

  @Override
  public synchronized boolean createFolder(Path folder) throws IOException {
    String name = name(folder);
    if (!Files.exists(folder) && Files.isDirectory(parent(folder))) {
      attempt(Operation.CREATE, folder);
    }
    boolean made = real.createFolder(folder);
    if (made) {
      folder(parent(folder)).put(name, new FolderHistory(), ++time);
    }
    return made;
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    if (!parent(from).equals(parent(to))) {
      throw new IllegalArgumentException("not in one folder: " + from + " and " + to);
    }
    attempt(Operation.RENAME, from);
    FileHistory file = history(from);
    real.rename(from, to);
    folder(parent(from)).rename(name(from), name(to), file, ++time);
  }

  @Override
  public synchronized boolean delete(Path path) throws IOException {
    String name = name(path);
    if (!Files.exists(path)) {
      return false;
    }
    attempt(Operation.DELETE, path);
    real.delete(path);
    folder(parent(path)).remove(name, ++time);
    return true;
  }

  @Override
  public synchronized void sync(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    if (Files.isDirectory(path)) {
      FolderHistory folder = folder(path);
      attempt(Operation.SYNC, path);
      folder.synced();
    } else {
      sync(history(path), path);
    }
  }

  /** A name of this disk's own: what a crash leaves is found by another run of the system. */
  @Override
  public Optional<String> bootId() {
    return Optional.of(bootId);
  }

  private void sync(FileHistory file, Path path) throws IOException {
    try {
      attempt(Operation.SYNC, path);
    } catch (IOException e) {
      file.syncFailed(random.split(), time);
      throw e;
    }
    file.synced(time);
  }

  private void attempt(Operation operation, Path path) throws IOException {
    counts.merge(operation, 1, Integer::sum);
    Fault asked = fault;
    if (asked != null && asked.strikes(operation)) {
      failures++;
      throw new AskedForException(path, asked.failure);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return parent == null ? path : parent;
  }

  private String name(Path path) {
    inside(path);
    return String.valueOf(path.getFileName());
  }

  /** The path from the disk's folder on. */
  private Path inside(Path path) {
    Path whole = path.toAbsolutePath().normalize();
    for (Path top : List.of(root, realRoot)) {
      if (whole.startsWith(top)) {
        return top.relativize(whole);
      }
    }
    throw new IllegalArgumentException(path + " is outside of the disk's folder " + root);
  }

  private FolderHistory folder(Path path) throws IOException {
    FolderHistory folder = top;
    Path at = root;
    for (Path part : inside(path)) {
      if (!part.toString().isEmpty()) {
        at = at.resolve(part);
        folder = folder.folder(part.toString(), at);
      }
    }
    return folder;
  }

  private FileHistory history(Path file) throws IOException {
    return folder(parent(file)).file(name(file), file);
  }

  /** An open file. */
  private final class FaultyFile implements StoreFile {
    private final Path path;
    private final StoreFile file;
    private final FileHistory history;
    private final Access access;

    FaultyFile(Path path, StoreFile file, FileHistory history, Access access) {
      this.path = path;
      this.file = file;
      this.history = history;
      this.access = access;
    }

    @Override
    public int read(long position, byte[] into, int offset, int count) throws IOException {
      return file.read(position, into, offset, count);
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int count) throws IOException {
      write(position, ByteBuffer.wrap(bytes, offset, count));
    }

    @Override
    public void write(long position, ByteBuffer bytes) throws IOException {
      synchronized (FaultyDisk.this) {
        requireOpen();
        int count = bytes.remaining();
        try {
          attempt(Operation.WRITE, path);
        } catch (IOException e) {
          // Half of the times nothing, otherwise anything short of all.
          int part = random.nextBoolean() || count == 0 ? 0 : random.nextInt(count);
          perform(position, bytes.slice().limit(part));
          throw e;
        }
        perform(position, bytes);
        if (access == Access.WRITE_THROUGH) {
          syncThrough(position, count);
        }
      }
    }

    private void perform(long position, ByteBuffer bytes) throws IOException {
      ByteBuffer written = bytes.duplicate();
      file.write(position, bytes);
      history.written(position, written, ++time, file);
    }

    private void syncThrough(long position, int count) throws IOException {
      try {
        attempt(Operation.SYNC, path);
      } catch (IOException e) {
        history.syncFailed(random.split(), time);
        throw e;
      }
      history.syncedThrough(position, count, time);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void setSize(long bytes) throws IOException {
      synchronized (FaultyDisk.this) {
        requireOpen();
        attempt(Operation.TRUNCATE, path);
        file.setSize(bytes);
        history.resized(bytes, ++time, file);
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (FaultyDisk.this) {
        requireOpen();
        sync(history, path);
      }
    }

    private void requireOpen() throws ClosedChannelException {
      if (!open.containsKey(this)) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (FaultyDisk.this) {
        open.remove(this);
        file.close();
      }
    }
  }
}
