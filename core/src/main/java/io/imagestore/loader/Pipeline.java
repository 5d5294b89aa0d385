package io.imagestore.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the batches of an epoch ahead of the consumer, in the slots of a ring.
 *
 * <p>Each batch is cut into as many slices as there are threads. Slices are handed out in order, so
 * that all threads work on the batch that is due first, and one that is held up by a slow image is
 * overtaken by the others. A slot is free for the batch one turn of the ring later once the
 * consumer asks for the batch behind it. Without threads the consumer makes each batch itself.
 */
final class Pipeline {

  private final EpochSamples samples;
  private final EpochPlan plan;
  private final long batches;
  private final Ring ring;
  private final List<Worker> workers;
  private final List<Thread> threads = new ArrayList<>();
  private final int slices;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition slotFreed = lock.newCondition();
  private final Condition batchReady = lock.newCondition();

  // The next slice to make, and the batch that the consumer asked for last.
  private long nextBatch;
  private int nextSlice;
  private long asked;

  /** How many threads have found no more to make. */
  private int ended;

  private volatile boolean stopped;
  private @Nullable Throwable crash;

  /**
   * Begins at once.
   *
   * @param ring not in use by another pipeline any more
   * @param workers one for each thread, or for the consumer; not in use any more either
   */
  Pipeline(EpochSamples samples, EpochPlan plan, Ring ring, List<Worker> workers, int threadCount) {
    this.samples = samples;
    this.plan = plan;
    this.ring = ring;
    this.workers = workers;
    batches = plan.batches();
    slices = Math.max(threadCount, 1);
    ring.clear();
    try {
      for (int i = 0; i < threadCount; i++) {
        start(workers.get(i), "imagestore-loader-" + i);
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private void start(Worker worker, String name) {
    Thread thread = new Thread(null, () -> run(worker), name, 0, false);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void run(Worker worker) {
    try {
      while (makeNext(worker)) {
        // until there is no more to make
      }
    } catch (Throwable e) {
      stop(e);
    }
  }

  /** Makes the next slice once its slot is free; false if there is none. */
  private boolean makeNext(Worker worker) {
    Slot slot;
    int slice;
    lock.lock();
    try {
      if (nextBatch == batches) {
        ended++;
        return false;
      }
      long number = nextBatch;
      slice = nextSlice++;
      if (nextSlice == slices) {
        nextSlice = 0;
        nextBatch++;
      }
      while (!stopped && number >= asked + ring.size()) {
        slotFreed.awaitUninterruptibly();
      }
      if (stopped) {
        ended++;
        return false;
      }
      slot = begun(number);
    } finally {
      lock.unlock();
    }
    make(worker, slot, slice);
    return true;
  }

  private Slot begun(long number) {
    Slot slot = ring.slot(number);
    if (!slot.isOf(number)) {
      slot.begin(number, plan.batch(number), slices);
    }
    return slot;
  }

  private void make(Worker worker, Slot slot, int slice) {
    long size = slot.plan().size();
    int from = (int) (size * slice / slices);
    int to = (int) (size * (slice + 1) / slices);
    Worker.Times times = Worker.Times.NONE;
    Throwable error = null;
    try {
      times = worker.make(slot, samples, from, to, () -> stopped);
    } catch (Throwable e) {
      error = e;
    }
    lock.lock();
    try {
      slot.sliceDone(times, error);
      batchReady.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a batch, after which those before it are no longer in use.
   *
   * @throws IllegalStateException if the pipeline was closed
   */
  Slot take(long number) {
    Slot slot;
    lock.lock();
    try {
      asked = number;
      slotFreed.signalAll();
      requireRunning();
      slot = threads.isEmpty() ? begun(number) : ring.slot(number);
      if (!threads.isEmpty()) {
        awaitReady(slot, number);
      }
    } finally {
      lock.unlock();
    }
    if (threads.isEmpty()) {
      make(workers.get(0), slot, 0);
      requireRunning(); // another thread may have closed it meanwhile
    }
    return slot;
  }

  /** Waits, and looks now and then whether there is still a thread to wait for. */
  private void awaitReady(Slot slot, long number) {
    boolean interrupted = false;
    try {
      while (!slot.isReady(number)) {
        try {
          if (!batchReady.await(1, TimeUnit.SECONDS)) {
            requireThreads();
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
        requireRunning();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A thread can die without a word where there is no memory for one. */
  private void requireThreads() {
    long dead = threads.stream().filter(thread -> !thread.isAlive()).count();
    if (dead > ended) {
      throw new IllegalStateException(
          "A thread of the loader has died, as for want of memory; give the JVM more, or make"
              + " batches smaller");
    }
  }

  private void requireRunning() {
    if (stopped) {
      throw new IllegalStateException(
          crash == null
              ? "The epoch was closed, or ended by another one of this loader"
              : "A thread of the loader has died",
          crash);
    }
  }

  /** Lets the threads end after the image they are at. */
  void stop() {
    stop(null);
  }

  private void stop(@Nullable Throwable cause) {
    lock.lock();
    try {
      if (!stopped) {
        stopped = true;
        crash = cause;
      }
      slotFreed.signalAll();
      batchReady.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the threads and waits until they are gone; an interrupt doesn't end the wait. One of them
   * doesn't wait: another one may be closing, too, and wait for it.
   */
  void close() {
    stop();
    boolean interrupted = false;
    for (Thread thread : threads.contains(Thread.currentThread()) ? List.<Thread>of() : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
