package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Images of different shapes met where only one shape can be. The message names both. */
public final class ShapeMismatchException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public ShapeMismatchException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public ShapeMismatchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
