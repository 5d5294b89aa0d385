package io.imagestore.codec;

import io.imagestore.ImageStoreException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** An encoded image is damaged or cut short, so that it can't be decoded. */
public final class DecodeException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message alone.
   *
   * @param message what is wrong with the file, as a sentence about it
   */
  public DecodeException(String message) {
    super(message);
  }

  /**
   * With a message and a cause.
   *
   * @param message what is wrong with the file, as a sentence about it
   * @param cause what lies beneath, or null
   */
  public DecodeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
