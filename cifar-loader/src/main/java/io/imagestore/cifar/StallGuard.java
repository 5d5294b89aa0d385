package io.imagestore.cifar;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads a stream that must not pause too long, and whose reader may be interrupted, for the JDK's
 * HTTP client waits for a body forever, and up to Java 17 at least forgets an interrupt meanwhile.
 * So a thread of its own reads, and the caller's waits for that one.
 */
final class StallGuard implements AutoCloseable {

  private final InputStream stream;
  private final Duration patience;
  private final ExecutorService reader =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "imagestore-download");
            thread.setDaemon(true);
            return thread;
          });

  StallGuard(InputStream stream, Duration patience) {
    this.stream = stream;
    this.patience = patience;
  }

  /**
   * Reads what there is. Once it has failed, the array may still be written to.
   *
   * @return how many bytes, or -1 at the end
   * @throws HttpTimeoutException if nothing came for too long
   * @throws IOException if the stream fails
   * @throws InterruptedException if the thread is interrupted, before or while it waits
   */
  int read(byte[] into) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Future<Integer> read = reader.submit(() -> stream.read(into));
    try {
      return read.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      HttpTimeoutException stall =
          new HttpTimeoutException("nothing came for " + patience.toSeconds() + " seconds");
      stall.initCause(e);
      throw stall;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? null : e.getCause().getMessage(), e);
    }
  }

  /** Ends the reading thread, once the stream is closed too. */
  @Override
  public void close() {
    reader.shutdownNow();
  }
}
