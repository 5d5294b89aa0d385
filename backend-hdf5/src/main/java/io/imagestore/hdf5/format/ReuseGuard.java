package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.Hdf5Table.Reading;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.StampedLock;

/**
 * Sees to it that nobody believes what was read from a place that was overwritten meanwhile. The
 * writer announces it before it overwrites what an earlier state refers to; readers look whether
 * that happened: those of this process by a lock that nobody waits for, others by the {@link
 * ReuseCounter} in the file.
 */
final class ReuseGuard {

  private static final int OPTIMISTIC_READS = 3;

  private final StorageFile storage;
  private final boolean ownWrites;
  private final StampedLock lock = new StampedLock();
  private ReuseCounter.Reading counter;

  /**
   * For one opening of a file.
   *
   * @param ownWrites whether this process is the writer
   * @param counter as it was before anything else was read
   */
  ReuseGuard(StorageFile storage, boolean ownWrites, ReuseCounter.Reading counter) {
    this.storage = storage;
    this.ownWrites = ownWrites;
    this.counter = counter;
  }

  long identity() {
    return counter.identity();
  }

  /** Must have returned before anything is overwritten that an earlier state refers to. */
  void announce() throws IOException {
    storage.write(counter.next().patch());
    counter = counter.next();
    lock.unlockWrite(lock.writeLock());
  }

  /** Reads as {@link Hdf5Table#read} promises. */
  <T> T read(Reading<T> reading) throws IOException {
    return ownWrites ? readBesideOwnWrites(reading) : readBesideOthersWrites(reading);
  }

  private <T> T readBesideOwnWrites(Reading<T> reading) throws IOException {
    for (int i = 0; i < OPTIMISTIC_READS; i++) {
      long stamp = lock.tryOptimisticRead();
      try {
        T result = reading.run();
        if (lock.validate(stamp)) {
          return result;
        }
      } catch (IOException | RuntimeException e) {
        if (lock.validate(stamp)) {
          throw e;
        }
      }
    }
    long stamp = lock.readLock();
    try {
      return reading.run();
    } finally {
      lock.unlockRead(stamp);
    }
  }

  private <T> T readBesideOthersWrites(Reading<T> reading) throws IOException {
    try {
      T result = reading.run();
      if (isUnchanged()) {
        return result;
      }
    } catch (IOException | RuntimeException | InternalError e) {
      // The error is what the JVM makes of a mapped page that is gone.
      if (isUnchanged()) {
        throw e;
      }
    }
    throw new OutdatedException();
  }

  private boolean isUnchanged() throws IOException {
    VarHandle.loadLoadFence(); // the processor, too, must have read before it reads the counter
    return !counter.isThere() || storage.getLong(ReuseCounter.valueAddress()) == counter.value();
  }
}
