package io.imagestore;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * An image is sound, but of a kind that can't be held or decoded here: a format without a codec, a
 * sample type that a backend doesn't know, more pixels than the limit. The message says which, and
 * what to do.
 */
public final class UnsupportedImageException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what happened, where, and what to do
   */
  public UnsupportedImageException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what happened, where, and what to do
   * @param cause what lies beneath, or null
   */
  public UnsupportedImageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
