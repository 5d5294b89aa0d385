package io.imagestore.hdf5.format;

import java.io.IOException;

/**
 * Sees whether what was read since its making can be believed: not if the writer was about to
 * overwrite what the table's state of then refers to. For one thread.
 */
public final class ReadWatch implements AutoCloseable {

  private final ReuseGuard guard;
  private final long stamp;

  ReadWatch(ReuseGuard guard, long stamp) {
    this.guard = guard;
    this.stamp = stamp;
  }

  /**
   * A piece of reading.
   *
   * @param <T> what it returns
   */
  @FunctionalInterface
  public interface Reading<T> {
    /**
     * Reads.
     *
     * @return anything
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /**
   * Reads, so that what is returned or thrown is right.
   *
   * @param reading reads from a view of the table that is no older than this
   * @param <T> what it returns
   * @return what it returned
   * @throws OutdatedException if what the view refers to was overwritten meanwhile
   * @throws IOException if the file can't be read, or is damaged
   */
  public <T> T read(Reading<T> reading) throws IOException {
    try {
      T result = reading.run();
      if (guard.isUndisturbed(stamp)) {
        return result;
      }
    } catch (IOException | RuntimeException | InternalError e) {
      // The error is what the JVM makes of a mapped page that is gone.
      if (guard.isUndisturbed(stamp)) {
        throw e;
      }
    }
    throw new OutdatedException();
  }

  /** Lets the writer go on. */
  @Override
  public void close() {
    guard.end(stamp);
  }
}
