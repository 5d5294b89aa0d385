package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The store itself is damaged: its structure, not a single image. */
public final class CorruptStoreException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public CorruptStoreException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public CorruptStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
