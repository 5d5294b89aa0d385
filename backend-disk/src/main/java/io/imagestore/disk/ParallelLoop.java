package io.imagestore.disk;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop whose turns are taken by the caller and by helpers, whoever is free. The caller never
 * waits for a helper that hasn't begun, so loops that share an executor don't hold each other up.
 */
final class ParallelLoop implements Runnable {
  /** One turn of the loop. */
  @FunctionalInterface
  interface Body {
    void run(int index) throws IOException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(ParallelLoop.class);

  private final int count;

  /** Turns taken at a time, so that short ones don't quarrel over the counter. */
  private final int stride;

  private final Body body;
  private final AtomicInteger next = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int active;
  private int failedIndex = Integer.MAX_VALUE;
  private @Nullable Throwable failure;

  ParallelLoop(int count, int stride, Body body) {
    this.count = count;
    this.stride = stride;
    this.body = body;
  }

  /**
   * Runs all turns. If some fail, the rest is left out and the exception of the lowest of them is
   * thrown.
   *
   * @param executor runs the helpers
   * @param helpers how many may take part beside the caller
   */
  void run(Executor executor, int helpers) throws IOException {
    int useful = Math.min(helpers, (count - 1) / stride);
    startHelpers(executor, useful);
    run();
    lock.lock();
    try {
      while (active > 0) {
        idle.awaitUninterruptibly();
      }
      if (failure != null) {
        throw Workers.rethrown(failure);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Asks for helpers, as many as can be had: those there are do the work. */
  private void startHelpers(Executor executor, int helpers) {
    try {
      for (int i = 0; i < helpers; i++) {
        executor.execute(this);
      }
    } catch (Throwable e) { // such as the OutOfMemoryError of a system that has no more threads
      LOG.warn("no more threads can be started; going on with those there are", e);
    }
  }

  /** What the caller and each helper do. */
  @Override
  public void run() {
    enter();
    try {
      // A helper that begins late finds nothing left, and touches nothing.
      for (int first = claim(); first < count; first = claim()) {
        runStride(first);
      }
    } finally {
      exit();
    }
  }

  private int claim() {
    // Stops short of overflow, however many helpers come late.
    return next.get() >= count ? count : next.getAndAdd(stride);
  }

  private void runStride(int first) {
    int end = Math.min(count - first, stride) + first;
    for (int i = first; i < end; i++) {
      try {
        body.run(i);
      } catch (Throwable e) { // thrown again in the caller's thread
        fail(i, e);
        return;
      }
    }
  }

  private void fail(int index, Throwable e) {
    next.set(count);
    lock.lock();
    try {
      if (index < failedIndex) {
        failedIndex = index;
        failure = e;
      }
    } finally {
      lock.unlock();
    }
  }

  private void enter() {
    lock.lock();
    try {
      active++;
    } finally {
      lock.unlock();
    }
  }

  private void exit() {
    lock.lock();
    try {
      if (--active == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }
}
