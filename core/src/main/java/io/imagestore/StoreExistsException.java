package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** There is something already where a new store was to be made. */
public final class StoreExistsException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public StoreExistsException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public StoreExistsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
