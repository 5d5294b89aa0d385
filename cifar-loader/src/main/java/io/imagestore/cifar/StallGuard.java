package io.imagestore.cifar;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a stream that must not pause too long, for the JDK's HTTP client waits for a body forever.
 * When it does, the stream is closed by a thread of its own, and the read that waits is told.
 */
final class StallGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StallGuard.class);

  private final InputStream stream;
  private final Duration patience;
  private final Timer clock = new Timer("imagestore-download-watch", true);
  private volatile @Nullable Long waitingSince;
  private volatile boolean stalled;

  StallGuard(InputStream stream, Duration patience) {
    this.stream = stream;
    this.patience = patience;
    long tick = Math.max(1, patience.toMillis() / 4);
    clock.schedule(
        new TimerTask() {
          @Override
          public void run() {
            look();
          }
        },
        tick,
        tick);
  }

  private void look() {
    Long since = waitingSince;
    if (since != null && System.nanoTime() - since > patience.toNanos()) {
      stalled = true;
      clock.cancel();
      try {
        stream.close();
      } catch (IOException e) {
        LOG.debug("a connection that stalled can't be closed", e); // the reader is told of it
      }
    }
  }

  /**
   * Reads what there is.
   *
   * @return how many bytes, or -1 at the end
   * @throws HttpTimeoutException if nothing came for too long
   * @throws IOException if the stream fails
   */
  int read(byte[] into) throws IOException {
    waitingSince = System.nanoTime();
    int read;
    try {
      read = stream.read(into);
    } catch (IOException e) {
      if (stalled) {
        throw stall();
      }
      throw e;
    } finally {
      waitingSince = null;
    }
    if (stalled) {
      throw stall();
    }
    return read;
  }

  private HttpTimeoutException stall() {
    return new HttpTimeoutException("nothing came for " + patience.toSeconds() + " seconds");
  }

  /** Ends the watching; the stream stays as it is. */
  @Override
  public void close() {
    clock.cancel();
  }
}
