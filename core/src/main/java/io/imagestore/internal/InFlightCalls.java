package io.imagestore.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls in flight, so that closing can wait for them without their waiting for each
 * other. A call that runs its caller's code, such as the iterator of a batch or a visitor, says so:
 * what that code calls belongs to a call in flight, and is let in after closing has begun, too.
 *
 * <p>Safe in any thread. Each {@link #enter} that returned true must be followed by one {@link
 * #exit}.
 */
public final class InFlightCalls {

  // Added once by close; the count of calls is on top of it.
  private static final int CLOSED = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private final CountDownLatch drained = new CountDownLatch(1);

  /** The threads that run callers' code within a call. */
  private final Set<Thread> callbacks = ConcurrentHashMap.newKeySet();

  /**
   * Code of a caller's.
   *
   * @param <T> what it returns
   * @param <X> what it throws
   */
  @FunctionalInterface
  public interface Code<T extends @Nullable Object, X extends Exception> {

    /**
     * Runs it.
     *
     * @return what it is for
     * @throws X if it fails
     */
    T run() throws X;
  }

  /** None in flight, not closed. */
  public InFlightCalls() {}

  /**
   * Begins a call.
   *
   * @return false if closed and this is no {@link #callBack}: the call must not go on, nor call
   *     {@link #exit}
   */
  public boolean enter() {
    if (state.getAndIncrement() >= 0 || isInCallback()) {
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
   * Runs code of a caller's; to be used within a call, in whatever thread.
   *
   * @param <T> what the code returns
   * @param <X> what the code throws
   * @param code may begin calls of its own
   * @return what the code returns
   * @throws X if the code does
   */
  public <T extends @Nullable Object, X extends Exception> T callBack(Code<T, X> code) throws X {
    Thread thread = Thread.currentThread();
    boolean outermost = callbacks.add(thread);
    try {
      return code.run();
    } finally {
      if (outermost) {
        callbacks.remove(thread);
      }
    }
  }

  /**
   * Whether the current thread runs code of a caller's within a call.
   *
   * @return true if it does
   */
  public boolean isInCallback() {
    return callbacks.contains(Thread.currentThread());
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
