package io.imagestore.spi;

import io.imagestore.ImageStoreException;
import io.imagestore.StoreClosedException;
import io.imagestore.internal.InFlightCalls;
import io.imagestore.internal.Uninterruptibly;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The calls to one store: none begins after closing has, and each failure names the store. */
final class Calls {

  /** Something that gives a result, or fails as files do. */
  interface Action<T> {
    T run() throws IOException;
  }

  /** Something that gives no result, and may fail as files do. */
  interface Step {
    void run() throws IOException;
  }

  private final Path location;
  private final InFlightCalls inFlight = new InFlightCalls();
  private final CountDownLatch closed = new CountDownLatch(1);

  Calls(Path location) {
    this.location = location;
  }

  /**
   * Runs a call.
   *
   * @param what names it in a message, as in "reading image 7"
   */
  <T> T run(String what, Action<T> action) {
    return run(what, "", action);
  }

  /**
   * Runs a call of which it is known what becomes of it when it fails.
   *
   * @param what names it in a message, as in "reading image 7"
   * @param outcome what became of it, as the end of a message
   */
  <T> T run(String what, String outcome, Action<T> action) {
    if (!inFlight.enter()) {
      throw new StoreClosedException(location);
    }
    try {
      return action.run();
    } catch (IOException e) {
      throw failure(what, e, outcome);
    } finally {
      inFlight.exit();
    }
  }

  /** Lets the calls in flight end, then releases; a second caller waits for the first. */
  void close(Step release) {
    if (!inFlight.close()) {
      Uninterruptibly.await(closed);
      return;
    }
    inFlight.awaitDrained();
    try {
      release.run();
    } catch (IOException e) {
      throw failure("closing", e, "");
    } finally {
      closed.countDown();
    }
  }

  /** Runs code of a caller's within a call. */
  <T extends @Nullable Object, X extends Exception> T callBack(InFlightCalls.Code<T, X> code)
      throws X {
    return inFlight.callBack(code);
  }

  /**
   * Refuses what would wait for a call that waits for it.
   *
   * @param what names it in a message, as in "storing image 7"
   * @throws IllegalStateException if the current thread runs code of a caller's within a call
   */
  void refuseInCallback(String what) {
    if (inFlight.isInCallback()) {
      throw new IllegalStateException(
          what
              + ": store "
              + location
              + " is just in a call that runs the code which makes this one, such as a batch's"
              + " iterator, a visitor, or a loader's transform; let that call end first");
    }
  }

  /**
   * What a failed call throws.
   *
   * @param what names it in a message, as in "reading image 7"
   * @param outcome what became of it, as the end of a message
   */
  ImageStoreException failure(String what, IOException e, String outcome) {
    return IoFailure.of(what + " failed in store " + location, e, outcome);
  }
}
