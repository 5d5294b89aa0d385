package io.imagestore.hdf5.format;

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

  /** Begins to watch. */
  ReadWatch watch() {
    return new ReadWatch(this, ownWrites ? lock.tryOptimisticRead() : 0);
  }

  /** Begins to watch, and lets {@link #announce} wait until {@link #end}. */
  ReadWatch hold() {
    return new ReadWatch(this, ownWrites ? lock.readLock() : 0);
  }

  /** Whether nothing was announced since. */
  boolean isUndisturbed(long stamp) throws IOException {
    return ownWrites ? lock.validate(stamp) : isUnchanged();
  }

  void end(long stamp) {
    if (StampedLock.isReadLockStamp(stamp)) {
      lock.unlockRead(stamp);
    }
  }

  private boolean isUnchanged() throws IOException {
    VarHandle.loadLoadFence(); // the processor, too, must have read before it reads the counter
    return !counter.isThere() || storage.getLong(ReuseCounter.valueAddress()) == counter.value();
  }
}
