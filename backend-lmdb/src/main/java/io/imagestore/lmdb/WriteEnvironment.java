package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreFullException;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi.MapResizedException;
import org.lmdbjava.Env;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.Env.ReadersFullException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.LmdbNativeException.PanicException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LMDB itself, through which this process writes. After each commit it holds the new snapshot for
 * this process's readers, until they have moved on to the next.
 *
 * <p>One thread uses it, from opening to closing: so LMDB is never closed in the midst of a call.
 */
final class WriteEnvironment {

  /** What to do within a write transaction; run again from the start if the map was full. */
  interface Writing<T> {
    T run(WriteTransaction transaction);
  }

  /** Where the system refuses the map asked for, this much is taken at first. */
  static final long MODEST_MAP = 1L << 28;

  private static final Logger LOG = LoggerFactory.getLogger(WriteEnvironment.class);
  private static final long SMALLEST_STEP = 1L << 16;

  private final Environment environment;
  private final Path directory;
  private final Settings settings;
  // Read transactions that hold nothing now, but keep their slots in the lock file.
  private final Deque<Txn<Slice>> idle = new ArrayDeque<>();
  private @Nullable Databases databases;
  // Why LMDB isn't open: its list of free pages would have it write over pages in use.
  private @Nullable CorruptStoreException damage;
  // Whether a sync has failed, perhaps of a process before this one, so that a commit's meta page
  // may not be on the device though LMDB, and another sync, take it to be.
  private boolean unsure = true;
  // Up to which page the file went when the slots of readers were looked through.
  private long grownTo;
  // Whether readers don't see the last commit yet.
  private boolean unshown;

  private WriteEnvironment(Environment environment, Settings settings) {
    this.environment = environment;
    this.directory = environment.directory();
    this.settings = settings;
  }

  // Opening.

  /**
   * Makes a store where there is none.
   *
   * @param header what it says of itself
   */
  static void create(Path directory, Settings settings, String header) throws IOException {
    NativeLibrary.load();
    try {
      withSomeMap(
              directory, settings, bytes -> Databases.create(directory, settings, bytes, header))
          .close();
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    }
    StoreFiles.ofSystem().sync(directory);
  }

  /**
   * Opens LMDB, after a check of what it trusts: if its list of free pages is damaged, each write
   * is refused until {@link #replaceFile}.
   */
  static WriteEnvironment open(Environment environment, Settings settings) throws IOException {
    NativeLibrary.load();
    WriteEnvironment opened = new WriteEnvironment(environment, settings);
    environment.beginWriting();
    boolean done = false;
    try {
      opened.damage = opened.findDamage();
      if (opened.damage == null) {
        opened.openDatabases();
      }
      done = true;
      return opened;
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, environment.directory());
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  private @Nullable CorruptStoreException findDamage() throws IOException {
    try {
      environment.check(StoreView::requireWritable);
      return null;
    } catch (CorruptStoreException e) {
      return e;
    }
  }

  private void openDatabases() throws IOException {
    open(withSomeMap(directory, settings, bytes -> Databases.open(directory, settings, bytes)));
  }

  private void open(Databases opened) throws IOException {
    databases = opened;
    reserveHold(opened);
    holdNewest();
  }

  private interface Opening {
    Databases open(long mapBytes);
  }

  private static Databases withSomeMap(Path directory, Settings settings, Opening opening) {
    try {
      return opening.open(settings.mapBytes());
    } catch (LmdbNativeException e) {
      long modest = Math.max(MODEST_MAP, 2 * directory.resolve(DataFile.NAME).toFile().length());
      if (!LmdbErrors.isSystems(e) || modest >= settings.mapBytes()) {
        throw e;
      }
      return opening.open(modest); // no address space for more, such as under ulimit -v
    }
  }

  /** Closes LMDB. Readers go on without it. */
  void close() {
    try {
      closeDatabases();
    } finally {
      environment.endWriting();
    }
  }

  private void closeDatabases() {
    environment.letGo();
    Databases open = databases;
    databases = null;
    if (open != null) {
      for (Txn<Slice> transaction : idle) {
        closeIdle(transaction);
      }
      idle.clear();
      open.close();
    }
  }

  /** lmdbjava gives back the memory of transactions alone that are active. */
  private void closeIdle(Txn<Slice> transaction) {
    try {
      transaction.renew();
    } catch (LmdbException e) {
      LOG.debug("an idle read transaction of store {} ends with its environment", directory, e);
    }
    transaction.close();
  }

  // Transactions.

  <T> T write(Writing<T> action) throws IOException {
    try {
      boolean again = false;
      while (true) {
        Databases used = opened();
        requireLastCommit();
        try {
          return transact(used, action);
        } catch (MapFullException e) {
          grow(used, e);
        } catch (MapResizedException | PanicException e) {
          if (again) {
            throw e;
          }
          again = true;
          unsure = true;
          reopen(Math.max(used.mapBytes(), fileBytesTwice(e)));
        }
      }
    } catch (LmdbNativeException e) {
      unsure = true;
      throw LmdbErrors.translate(e, directory);
    } catch (IllegalArgumentException e) {
      throw LmdbErrors.translate(e, directory);
    } catch (InternalError e) {
      throw DataFile.told(e, directory);
    }
  }

  /** Brings to the device what a sync that failed may have left behind. */
  private void requireLastCommit() throws IOException {
    if (unsure) {
      DataFile.rewriteMetas(directory, environment.current().meta().pageBytes());
      unsure = false;
    }
  }

  private long fileBytesTwice(LmdbNativeException cause) throws IOException {
    return cause instanceof MapResizedException
        ? 2 * Files.size(directory.resolve(DataFile.NAME))
        : 0;
  }

  private <T> T transact(Databases used, Writing<T> action) throws IOException {
    environment.closeUnread();
    freeOfTheDeadIfGrown(used);
    reserveHold(used);
    T result;
    try (Txn<Slice> txn = used.env().txnWrite()) {
      Snapshot before = unshown ? environment.newest() : environment.current();
      if (txn.getId() != before.meta().transaction() + 1) {
        throw new ImageStoreException(
            "store "
                + directory
                + " has been written by another program while it was open for writing here; close"
                + " it and open it anew");
      }
      result = action.run(new WriteTransaction(used, txn, before, directory));
      txn.commit();
    } catch (PageDamageException | IndexOutOfBoundsException e) {
      throw DataFile.told(e, directory);
    }
    showReaders();
    return result;
  }

  /**
   * Lets LMDB use what nobody reads any more but processes that have died: for as long as one has a
   * slot, no page that is freed is used again, and the file grows.
   */
  private void freeOfTheDeadIfGrown(Databases used) {
    long lastPage = environment.current().meta().lastPage();
    if (lastPage != grownTo) {
      used.env().readerCheck();
      grownTo = lastPage;
    }
  }

  /** Has the system write all commits to the device. */
  void sync() throws IOException {
    if (damage != null) {
      return; // nothing can have been written
    }
    Databases used = opened();
    requireLastCommit();
    try {
      used.env().sync(true);
    } catch (LmdbNativeException e) {
      unsure = true;
      throw LmdbErrors.translate(e, directory);
    }
  }

  // Holding what readers look at.

  /** Takes a slot before it is needed: what is committed must not fail to be shown. */
  private void reserveHold(Databases used) {
    if (idle.isEmpty()) {
      try {
        idle.add(idleTransaction(used.env()));
      } catch (ReadersFullException e) {
        environment.letGo(); // readers look out for themselves
        if (idle.isEmpty()) {
          throw e;
        }
      }
    }
  }

  private static Txn<Slice> idleTransaction(Env<Slice> env) {
    Txn<Slice> transaction;
    try {
      transaction = env.txnRead();
    } catch (ReadersFullException e) {
      if (env.readerCheck() == 0) {
        throw e;
      }
      transaction = env.txnRead(); // in the slot of a process that has died
    }
    transaction.reset();
    return transaction;
  }

  private void showReaders() {
    unshown = true;
    try {
      holdNewest();
      unshown = false;
    } catch (IOException | LmdbException | ImageStoreException e) { // but the commit is made
      LOG.warn("readers of store {} look out for themselves: LMDB holds nothing", directory, e);
      environment.letGo();
    }
  }

  private void holdNewest() throws IOException {
    Txn<Slice> transaction = idle.remove();
    boolean held = false;
    try {
      transaction.renew();
      environment.publish(() -> release(transaction));
      held = true;
    } finally {
      if (!held) {
        closeIdle(transaction);
      }
    }
  }

  private void release(Txn<Slice> transaction) {
    transaction.reset();
    idle.add(transaction);
  }

  // Reopening.

  private void grow(Databases full, MapFullException cause) throws IOException {
    long before = full.mapBytes();
    long room = settings.maxMapBytes() - before;
    if (room <= 0) {
      if (full.env().readerCheck() > 0) {
        return; // pages have become free that processes held which have died
      }
      throw new StoreFullException(
          "store "
              + directory
              + " has reached its maxMapSizeBytes of "
              + settings.maxMapBytes()
              + "; raise it in LmdbOptions, or delete images, which takes some room itself while others read;"
              + " the store is as it was before this call",
          cause);
    }
    LmdbNativeException refusal = null;
    for (long step = Math.min(room, before); step >= Math.min(room, SMALLEST_STEP); step /= 2) {
      try {
        reopen(before + step);
        return;
      } catch (LmdbNativeException e) {
        refusal = e;
      }
    }
    reopen(before);
    throw new StoreFullException(
        "store "
            + directory
            + " can't grow beyond "
            + before
            + " bytes: the system gives it no more address space or room; raise its limit (ulimit -v), or free space;"
            + " the store is as it was before this call",
        refusal);
  }

  // Instead of mdb_env_set_mapsize, which leaves the environment without a map where the system
  // refuses the new one.
  private void reopen(long mapBytes) throws IOException {
    closeDatabases();
    open(Databases.open(directory, settings, mapBytes));
  }

  /**
   * Puts another environment's data file in the place of this one's, at one moment. Readers in this
   * process go over to it.
   */
  void replaceFile(Path other) throws IOException {
    closeDatabases();
    try {
      // LMDB goes by what this says of the last commit, while another process has it open.
      Files.deleteIfExists(directory.resolve(HeldReads.LOCK_FILE));
      Files.move(other, directory.resolve(DataFile.NAME), StandardCopyOption.ATOMIC_MOVE);
      StoreFiles.ofSystem().sync(directory);
      environment.changeFile();
      damage = null;
      openDatabases();
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    }
  }

  private Databases opened() {
    if (damage != null) {
      throw new CorruptStoreException("nothing can be written: " + damage.getMessage(), damage);
    }
    Databases open = databases;
    if (open == null) {
      throw new ImageStoreException(
          "store "
              + directory
              + " could not be mapped again after it had to be closed; close it and open it anew");
    }
    return open;
  }
}
