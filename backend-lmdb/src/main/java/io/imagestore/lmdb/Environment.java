package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageStoreException;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An LMDB environment, shared by all stores that this process has opened in its directory; LMDB
 * forbids to open it twice.
 *
 * <p>Reading needs neither LMDB nor a lock: each read looks at one {@link Snapshot}, and what it
 * found counts if the snapshot is still intact afterwards, else it runs again. The snapshots of a
 * process that writes are held for its readers by LMDB, so none of them runs twice. A process that
 * only reads may be outrun by one that writes; then its read is {@linkplain HeldReads held}, too.
 */
final class Environment {

  /** What to find out from a snapshot. May run more than once. */
  interface Reading<T> {
    T run(StoreView view);
  }

  /** What to check in a snapshot. May run more than once. */
  interface Checking {
    void run(StoreView view);
  }

  private static final int READS_UNHELD = 3;
  private static final int READS_AT_MOST = 50;

  private static final ReentrantLock REGISTRY = new ReentrantLock();
  private static final Map<Object, Environment> OPEN = new HashMap<>();

  private final Object identity;
  private final Path directory;
  private final Snapshots snapshots;
  private final HeldReads held;
  private final ReentrantLock renewing = new ReentrantLock();
  // How often the call that a thread is in had to begin anew.
  private final ThreadLocal<Integer> outrun = ThreadLocal.withInitial(() -> 0);
  // Those before it were replaced by a repair; readers may still be in them.
  private final Deque<DataFile> files = new ConcurrentLinkedDeque<>();
  private int users;

  private Environment(Object identity, Path directory, DataFile data) throws IOException {
    this.identity = identity;
    this.directory = directory;
    this.files.add(data);
    this.snapshots = new Snapshots(data.snapshot());
    this.held = new HeldReads(directory, files::getLast);
  }

  /** Opens the environment, or joins those who have. */
  static Environment join(Path directory) throws IOException {
    REGISTRY.lock();
    try {
      return joinLocked(directory);
    } finally {
      REGISTRY.unlock();
    }
  }

  private static Environment joinLocked(Path directory) throws IOException {
    Object identity = identityOf(directory);
    Environment environment = OPEN.get(identity);
    // A directory that was made anew may have the number of one that is gone.
    if (environment == null || !environment.files.getLast().liesIn(directory)) {
      environment = open(identity, directory);
      OPEN.put(identity, environment);
    }
    environment.users++;
    return environment;
  }

  private static Environment open(Object identity, Path directory) throws IOException {
    DataFile data = DataFile.open(directory);
    boolean opened = false;
    try {
      Environment environment = new Environment(identity, directory, data);
      opened = true;
      return environment;
    } finally {
      if (!opened) {
        data.close();
      }
    }
  }

  private static Object identityOf(Path directory) throws IOException {
    Path real = directory.toRealPath();
    Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
    return key == null ? real : key;
  }

  /** Gives everything back if nobody else uses it. The caller's reads must have ended. */
  void leave() throws IOException {
    REGISTRY.lock();
    try {
      if (--users == 0) {
        OPEN.remove(identity, this);
        try (held) {
          snapshots.close();
        } finally {
          for (DataFile file : files) {
            file.close();
          }
        }
      }
    } finally {
      REGISTRY.unlock();
    }
  }

  Path directory() {
    return directory;
  }

  /** Whether it is one of pickled images rather than a store of ours. */
  boolean holdsPickles() {
    return snapshots.current().trees().arePickled();
  }

  // Reading.

  /**
   * Finds something out from the newest commit's state.
   *
   * @throws CorruptStoreException if pages are damaged
   */
  <T> T read(Reading<T> reading) throws IOException {
    while (true) {
      try (EnteredSnapshot entered = enter()) {
        return entered.look(reading);
      } catch (StaleSnapshotException e) {
        Thread.onSpinWait(); // each turn needs commits of a writer's
      }
    }
  }

  /**
   * Checks something of the newest commit's state.
   *
   * @throws CorruptStoreException if pages are damaged
   */
  void check(Checking checking) throws IOException {
    read(
        view -> {
          checking.run(view);
          return true;
        });
  }

  /**
   * Enters the newest commit's state; one that is held, if this thread's call has been outrun again
   * and again.
   *
   * @return to be closed by the caller, in this thread
   * @throws ImageStoreException if the call was outrun too often
   */
  EnteredSnapshot enter() throws IOException {
    int before = outrun.get();
    if (before >= READS_AT_MOST) {
      outrun.remove();
      throw new ImageStoreException(
          "store "
              + directory
              + " is written faster than this process can read it; read fewer images at once, or let"
              + " it write to lock.mdb and load LMDB, so that the writer leaves it what it reads");
    }
    try {
      Snapshot snapshot = before >= READS_UNHELD ? held.enter() : null;
      return new EnteredSnapshot(this, snapshot == null ? enterNewest() : snapshot);
    } catch (InternalError e) {
      throw DataFile.told(e, directory);
    }
  }

  /** Notes that this thread has left a snapshot. */
  void left(boolean stale) {
    int before = outrun.get();
    if (stale) {
      outrun.set(before + 1);
    } else if (before > 0) {
      outrun.remove();
    }
  }

  private Snapshot enterNewest() throws IOException {
    Snapshot snapshot = snapshots.enter();
    if (snapshot.isHeld() || snapshot.isNewest()) {
      return snapshot;
    }
    snapshot.exit();
    renew();
    return snapshots.enter();
  }

  private void renew() throws IOException {
    renewing.lock();
    try {
      Snapshot current = snapshots.current();
      if (!current.isHeld() && !current.isNewest()) {
        snapshots.replace(files.getLast().snapshot());
      }
    } finally {
      renewing.unlock();
    }
  }

  // For the one who writes.

  /** Keeps LMDB's own environment from being opened a second time, to read. */
  void beginWriting() {
    held.block();
  }

  void endWriting() {
    held.unblock();
  }

  /** What readers look at. */
  Snapshot current() {
    return snapshots.current();
  }

  /** The same, after a commit that they couldn't be shown. */
  Snapshot newest() throws IOException {
    renew();
    return snapshots.current();
  }

  /** Gives back the snapshots before that nobody reads any more. */
  void closeUnread() {
    snapshots.closeUnread();
  }

  /** Shows readers the newest commit's state, which LMDB holds for them. */
  void publish(Snapshot.Hold hold) throws IOException {
    renewing.lock();
    try {
      Snapshot newest = files.getLast().snapshot();
      newest.hold(hold);
      snapshots.replace(newest);
    } finally {
      renewing.unlock();
    }
  }

  /** Shows readers the file that has the data file's name by now. */
  void changeFile() throws IOException {
    DataFile file = DataFile.open(directory);
    boolean shown = false;
    renewing.lock();
    try {
      snapshots.replace(file.snapshot());
      files.add(file);
      shown = true;
    } finally {
      renewing.unlock();
      if (!shown) {
        file.close();
      }
    }
  }

  /** Lets LMDB have the pages of all snapshots: readers look out for themselves again. */
  void letGo() {
    snapshots.letGo();
  }

  /** Where a file that is new can't be joined yet. */
  static boolean isBlank(Path directory) throws IOException {
    Path file = directory.resolve(DataFile.NAME);
    if (!Files.exists(file) || Files.size(file) == 0) {
      return true;
    }
    try (DataFile data = DataFile.open(directory)) {
      return data.newest().main().isEmpty();
    }
  }
}
