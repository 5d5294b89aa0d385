package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong in a store. The message names the store, the image where there is one, and
 * what to do. A library's own exception is only ever the cause.
 */
public class ImageStoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public ImageStoreException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public ImageStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
