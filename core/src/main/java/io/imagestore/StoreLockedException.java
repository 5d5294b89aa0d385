package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The store is already open for writing, in this process or in another. */
public final class StoreLockedException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public StoreLockedException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public StoreLockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
