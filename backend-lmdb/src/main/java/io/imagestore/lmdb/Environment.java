package io.imagestore.lmdb;

import io.imagestore.ImageStoreException;
import io.imagestore.StoreFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi.MapResizedException;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.Env.ReadersFullException;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.LmdbNativeException.PanicException;
import org.lmdbjava.Txn;

/**
 * An LMDB environment, shared by all stores that this process has opened in its directory; LMDB
 * forbids to open it twice. Transactions run through {@link #read} and {@link #write}, so that none
 * is alive when the environment is closed, or opened anew with a larger map.
 */
final class Environment {

  /** What to do within a read transaction. */
  interface Reading<T> {
    T run(ReadTransaction transaction);
  }

  /** What to do within a write transaction; run again from the start if the map was full. */
  interface Writing<T> {
    T run(Databases databases, Txn<Slice> transaction);
  }

  /** Where the system refuses the map asked for, this much is taken at first. */
  static final long MODEST_MAP = 1L << 28;

  private static final long SMALLEST_STEP = 1L << 16;

  private static final ReentrantLock REGISTRY = new ReentrantLock();
  private static final Map<Object, Environment> OPEN = new HashMap<>();

  private final Object identity;
  private final Path directory;
  private final ReentrantLock writing = new ReentrantLock();
  private final ConcurrentLinkedDeque<ReadTransaction> idle = new ConcurrentLinkedDeque<>();
  private final int slots;
  // Each read holds one; whoever closes or reopens holds all. Fair, so that readers can't starve
  // the latter.
  private final Semaphore readers;
  private Settings settings;
  private int users;
  private volatile @Nullable Databases databases;

  private Environment(Object identity, Path directory, Settings settings) {
    this.identity = identity;
    this.directory = directory;
    this.settings = settings;
    this.slots = Math.max(1, settings.maxReaders() / 2);
    this.readers = new Semaphore(slots, true);
  }

  /**
   * Opens the environment, or joins those who have. Must be called in a platform thread.
   *
   * @param newHeader the header to write if there is no environment yet; null if it may not be
   *     created
   */
  static Environment join(Path directory, Settings settings, @Nullable String newHeader)
      throws IOException {
    Object identity = identityOf(directory);
    REGISTRY.lock();
    try {
      Environment environment = OPEN.get(identity);
      if (environment == null) {
        environment = new Environment(identity, directory, settings);
        environment.open(newHeader);
        OPEN.put(identity, environment);
      } else if (settings.writable()) {
        environment.makeWritable(settings, newHeader);
      }
      environment.users++;
      return environment;
    } finally {
      REGISTRY.unlock();
    }
  }

  /** Closes the environment if nobody else uses it. The caller's transactions must have ended. */
  void leave() {
    REGISTRY.lock();
    try {
      if (--users == 0) {
        OPEN.remove(identity);
        pausingReaders(this::close);
      }
    } finally {
      REGISTRY.unlock();
    }
  }

  private static Object identityOf(Path directory) throws IOException {
    Path real = directory.toRealPath();
    Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
    return key == null ? real : key;
  }

  /** Whether it is one of pickled images rather than a store of ours. */
  boolean holdsPickles() {
    return databases().holdPickles();
  }

  // Transactions.

  <T> T read(Reading<T> action) throws IOException {
    boolean again = false;
    while (true) {
      LmdbNativeException problem;
      readers.acquireUninterruptibly();
      Databases used = databases;
      try {
        return read(opened(used), action);
      } catch (MapResizedException | PanicException e) {
        problem = e;
      } catch (LmdbNativeException e) {
        throw LmdbErrors.translate(e, directory);
      } catch (IllegalArgumentException e) {
        throw LmdbErrors.translate(e, directory);
      } finally {
        readers.release();
      }
      if (again && problem instanceof PanicException) {
        throw LmdbErrors.translate(problem, directory);
      }
      again = true;
      renew(used, problem);
    }
  }

  private <T> T read(Databases databases, Reading<T> action) {
    ReadTransaction transaction = idle.pollFirst();
    boolean done = false;
    try {
      if (transaction == null) {
        transaction = begin(databases);
      } else {
        transaction.renew();
      }
      T result = action.run(transaction);
      transaction.reset();
      done = true;
      return result;
    } finally {
      if (done) {
        idle.addFirst(transaction);
      } else if (transaction != null) {
        transaction.close();
      }
    }
  }

  private ReadTransaction begin(Databases databases) {
    try {
      return new ReadTransaction(databases, directory);
    } catch (ReadersFullException e) {
      databases.env().readerCheck(); // gives back the slots of processes that have died
      return new ReadTransaction(databases, directory);
    }
  }

  /** Must be called in one and the same platform thread. */
  <T> T write(Writing<T> action) throws IOException {
    writing.lock();
    try {
      boolean again = false;
      while (true) {
        Databases used = databases();
        try (Txn<Slice> transaction = used.env().txnWrite()) {
          T result = action.run(used, transaction);
          transaction.commit();
          return result;
        } catch (MapFullException e) {
          grow(used, e);
        } catch (MapResizedException | PanicException e) {
          if (again && e instanceof PanicException) {
            throw e;
          }
          again = true;
          renew(used, e);
        }
      }
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    } catch (IllegalArgumentException e) {
      throw LmdbErrors.translate(e, directory);
    } finally {
      writing.unlock();
    }
  }

  /** Has the system write all commits to the device. */
  void sync() throws IOException {
    try {
      databases().env().sync(true);
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    }
  }

  // Opening.

  private void open(@Nullable String newHeader) throws IOException {
    NativeLibrary.load();
    Path data = directory.resolve(DataFile.NAME);
    if (Files.exists(data)) {
      DataFile.check(data, directory);
    }
    try {
      databases = openWithSomeMap(newHeader);
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    }
  }

  private Databases openWithSomeMap(@Nullable String newHeader) {
    try {
      return openWithSomeLock(settings.mapBytes(), newHeader);
    } catch (LmdbNativeException e) {
      long modest = Math.max(MODEST_MAP, 2 * directory.resolve(DataFile.NAME).toFile().length());
      if (!LmdbErrors.isSystems(e) || modest >= settings.mapBytes()) {
        throw e;
      }
      return openWithSomeLock(
          modest, newHeader); // no address space for more, such as under ulimit -v
    }
  }

  private Databases openWithSomeLock(long mapBytes, @Nullable String newHeader) {
    try {
      return Databases.open(directory, settings, mapBytes, newHeader);
    } catch (LmdbNativeException e) {
      if (settings.writable() || !settings.locked() || !LmdbErrors.isNotAllowed(e)) {
        throw e;
      }
      settings = settings.unlocked(); // on read-only media nobody writes, so readers need no slot
      return Databases.open(directory, settings, mapBytes, newHeader);
    }
  }

  private void makeWritable(Settings wanted, @Nullable String newHeader) throws IOException {
    writing.lock();
    try {
      if (!wanted.equals(settings)) {
        reopenAs(wanted, newHeader);
      }
    } finally {
      writing.unlock();
    }
  }

  private void reopenAs(Settings wanted, @Nullable String newHeader) throws IOException {
    Settings before = settings;
    boolean reopened = false;
    try {
      pausingReaders(
          () -> {
            close();
            settings = wanted;
            databases = openWithSomeMap(newHeader);
          });
      reopened = true;
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    } finally {
      if (!reopened) {
        settings = before;
        reopen(before.mapBytes());
      }
    }
  }

  // Reopening.

  private void renew(@Nullable Databases used, LmdbNativeException problem) throws IOException {
    writing.lock();
    try {
      if (used != null && databases == used) { // else somebody else has done so
        long length = directory.resolve(DataFile.NAME).toFile().length();
        reopen(
            problem instanceof MapResizedException
                ? Math.max(used.mapBytes(), 2 * length)
                : used.mapBytes());
      }
    } catch (LmdbNativeException e) {
      throw LmdbErrors.translate(e, directory);
    } finally {
      writing.unlock();
    }
  }

  private void grow(Databases full, MapFullException cause) {
    long before = full.mapBytes();
    long room = settings.maxMapBytes() - before;
    if (room <= 0) {
      throw new StoreFullException(
          "store "
              + directory
              + " has reached its maxMapSizeBytes of "
              + settings.maxMapBytes()
              + "; raise it in LmdbOptions, or delete images; nothing of this call is stored",
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
            + " nothing of this call is stored",
        refusal);
  }

  // Instead of mdb_env_set_mapsize, which leaves the environment without a map where the system
  // refuses the new one.
  private void reopen(long mapBytes) {
    pausingReaders(
        () -> {
          close();
          databases = Databases.open(directory, settings, mapBytes, null);
        });
  }

  private void pausingReaders(Runnable action) {
    readers.acquireUninterruptibly(slots);
    try {
      action.run();
    } finally {
      readers.release(slots);
    }
  }

  private void close() {
    Databases open = databases;
    databases = null;
    if (open != null) {
      for (ReadTransaction transaction = idle.pollFirst();
          transaction != null;
          transaction = idle.pollFirst()) {
        transaction.closeIdle();
      }
      open.close();
    }
  }

  private Databases databases() {
    return opened(databases);
  }

  private Databases opened(@Nullable Databases databases) {
    if (databases == null) {
      throw new ImageStoreException(
          "store "
              + directory
              + " could not be mapped again after it had to be closed; close it and open it anew");
    }
    return databases;
  }
}
