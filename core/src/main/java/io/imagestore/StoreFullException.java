package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** There is no room for what was to be written. The message says how to make some. */
public final class StoreFullException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public StoreFullException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public StoreFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
