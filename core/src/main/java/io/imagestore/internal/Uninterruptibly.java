package io.imagestore.internal;

import java.util.concurrent.CountDownLatch;

/** Waiting that an interrupt doesn't end, for what must not be left half done. */
public final class Uninterruptibly {

  private Uninterruptibly() {}

  /**
   * Waits for a latch; the thread's interrupt status is the same afterwards.
   *
   * @param latch what to wait for
   */
  public static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
