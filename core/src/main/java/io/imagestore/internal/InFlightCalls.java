package io.imagestore.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls in flight, so that closing can wait for them without their waiting for each
 * other.
 *
 * <p>Safe in any thread. Each {@link #enter} that returned true must be followed by one {@link
 * #exit}.
 */
public final class InFlightCalls {

  // Added once by close; the count of calls is on top of it.
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private final CountDownLatch drained = new CountDownLatch(1);

  /** None in flight, not closed. */
  public InFlightCalls() {}

  /**
   * Begins a call.
   *
   * @return false if closed: the call must not go on, nor call {@link #exit}
   */
  public boolean enter() {
    if (state.getAndIncrement() >= 0) {
      return true;
    }
    exit();
    return false;
  }

  /** Ends a call. */
  public void exit() {
    if (state.decrementAndGet() == CLOSED) {
      drained.countDown();
    }
  }

  /**
   * Lets no more calls in.
   *
   * @return true for the first caller, who shall {@link #awaitDrained}
   */
  public boolean close() {
    int before = state.getAndUpdate(s -> s >= 0 ? s + CLOSED : s);
    if (before == 0) {
      drained.countDown();
    }
    return before >= 0;
  }

  /** Waits until every call has ended; an interrupt doesn't end the wait, but is kept. */
  public void awaitDrained() {
    Uninterruptibly.await(drained);
  }
}
