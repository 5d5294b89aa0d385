package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** There is no store at the path. */
public final class StoreNotFoundException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public StoreNotFoundException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public StoreNotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
