package io.imagestore.spi;

import io.imagestore.ImageStoreException;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreFullException;
import io.imagestore.internal.InFlightCalls;
import io.imagestore.internal.Uninterruptibly;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

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
    if (!inFlight.enter()) {
      throw new StoreClosedException(location);
    }
    try {
      return action.run();
    } catch (IOException e) {
      throw failure(what, e);
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
      throw failure("closing", e);
    } finally {
      closed.countDown();
    }
  }

  private ImageStoreException failure(String what, IOException e) {
    String reason =
        e instanceof FileSystemException f && f.getReason() != null
            ? f.getReason()
            : e.getMessage();
    String message =
        what + " failed in store " + location + ": " + (reason == null ? e.toString() : reason);
    boolean full = reason != null && reason.toLowerCase(Locale.ROOT).contains("no space left");
    return full
        ? new StoreFullException(
            message + "; free some space and try again, nothing of this call is stored", e)
        : new ImageStoreException(message, e);
  }
}
