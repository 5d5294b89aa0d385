package io.imagestore.internal.png;

import java.io.IOException;

/**
 * Thrown when bytes are not a well-formed PNG datastream; the message says what is wrong and where.
 */
public class PngException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what is wrong, with the value and the offset in the datastream
   */
  public PngException(String message) {
    super(message);
  }

  /**
   * Creates an exception with a cause.
   *
   * @param message what is wrong, with the value and the offset in the datastream
   * @param cause what was thrown while decompressing
   */
  public PngException(String message, Throwable cause) {
    super(message, cause);
  }
}
