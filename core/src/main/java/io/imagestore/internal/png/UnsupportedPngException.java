package io.imagestore.internal.png;

/** Thrown for a PNG that may be well-formed but that this codec refuses; the message says why. */
public class UnsupportedPngException extends PngException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what is not supported, and the way out
   */
  public UnsupportedPngException(String message) {
    super(message);
  }
}
