package io.imagestore.lmdb;

import io.imagestore.ImageStoreException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi.MapResizedException;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots that a writer in another process leaves alone, for reads that it would outrun: LMDB
 * notes in its lock file that they are being read. Where there is no lock file, none is made.
 *
 * <p>A writer doesn't look there if it was told to do without a lock file, or has another one open
 * since this one's name was another file's. It is known by the number of its last commit, which
 * LMDB's writers leave in the lock file behind each.
 *
 * <p>Safe in any thread.
 */
final class HeldReads implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(HeldReads.class);

  static final String LOCK_FILE = "lock.mdb";

  private final Path directory;
  private final Supplier<DataFile> data;
  // Each held read holds it for reading, until it ends; opening and closing need it alone.
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private volatile @Nullable Env<Slice> env;
  private volatile boolean blocked;

  HeldReads(Path directory, Supplier<DataFile> data) {
    this.directory = directory;
    this.data = data;
  }

  /**
   * Enters a snapshot of its own, which the caller shall {@link Snapshot#exit} in the same thread.
   *
   * @return the snapshot; null if none can be held
   */
  @Nullable Snapshot enter() throws IOException {
    openIfNeeded();
    use.readLock().lock();
    boolean entered = false;
    boolean tooSmall = false;
    try {
      Env<Slice> open = env;
      if (open == null) {
        return null;
      }
      Snapshot snapshot = begin(open);
      entered = true;
      return snapshot;
    } catch (MapResizedException e) {
      tooSmall = true;
      return null;
    } catch (LmdbException e) {
      LOG.debug("LMDB holds no snapshot of store {}", directory, e);
      return null;
    } finally {
      if (!entered) {
        use.readLock().unlock();
      }
      if (tooSmall && use.getReadHoldCount() == 0) { // else this thread would wait for itself
        close(); // the next one opens it anew, as large as it has become
      }
    }
  }

  private Snapshot begin(Env<Slice> open) throws IOException {
    Txn<Slice> transaction = open.txnRead();
    boolean begun = false;
    try {
      Snapshot snapshot =
          data.get().snapshot(); // after LMDB's, so what that holds is enough for it
      snapshot.hold(new Registration(open, transaction));
      snapshot.closeOnExit(use.readLock()::unlock);
      begun = true;
      return snapshot;
    } finally {
      if (!begun) {
        transaction.close();
      }
    }
  }

  /** A snapshot's entry in the lock file. */
  private final class Registration implements Snapshot.Hold {
    private final Env<Slice> env;
    private final Txn<Slice> transaction;

    Registration(Env<Slice> env, Txn<Slice> transaction) {
      this.env = env;
      this.transaction = transaction;
    }

    @Override
    public boolean isRespected() {
      long latest = data.get().latestTransaction();
      try (Txn<Slice> now = env.txnRead()) { // its number is what the lock file says
        return now.getId() >= latest - 1; // a writer may be just between file and lock file
      } catch (LmdbException e) {
        LOG.debug("LMDB doesn't tell what store {}'s lock file says", directory, e);
        return false;
      }
    }

    @Override
    public void release() {
      transaction.close();
    }
  }

  private void openIfNeeded() {
    if (env != null || blocked || !Files.isWritable(directory.resolve(LOCK_FILE))) {
      return;
    }
    use.writeLock().lock();
    try {
      if (env == null && !blocked) {
        env = open();
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private @Nullable Env<Slice> open() {
    try {
      NativeLibrary.load();
      return Env.create(new SliceProxy())
          .setMapSize(0) // as large as the writer's
          .open(directory.toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOTLS);
    } catch (LmdbException | ImageStoreException e) {
      LOG.debug("LMDB can't hold snapshots of store {}", directory, e);
      return null;
    }
  }

  /** Ends this until {@link #unblock}, for LMDB's environment is going to be opened to write. */
  void block() {
    use.writeLock().lock();
    try {
      blocked = true;
      close();
    } finally {
      use.writeLock().unlock();
    }
  }

  void unblock() {
    use.writeLock().lock();
    try {
      blocked = false;
    } finally {
      use.writeLock().unlock();
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      Env<Slice> open = env;
      env = null;
      if (open != null) {
        open.close();
      }
    } finally {
      use.writeLock().unlock();
    }
  }
}
