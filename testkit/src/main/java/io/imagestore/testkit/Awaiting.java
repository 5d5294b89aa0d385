package io.imagestore.testkit;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for what no event tells, such as another thread's state. */
public final class Awaiting {

  private static final long SECONDS = 60;

  private Awaiting() {}

  /**
   * Spins until something holds, a minute at most.
   *
   * @param what is awaited
   * @param holds whether it is so
   * @throws AssertionError if it isn't so by then
   */
  public static void until(String what, BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("after " + SECONDS + " seconds: not " + what);
      }
      Thread.onSpinWait();
    }
  }
}
