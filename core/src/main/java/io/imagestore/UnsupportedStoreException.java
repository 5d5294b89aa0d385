package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** What lies at the path is of a kind or version that can't be opened or written. */
public final class UnsupportedStoreException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public UnsupportedStoreException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public UnsupportedStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
