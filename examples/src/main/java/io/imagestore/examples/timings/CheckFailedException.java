package io.imagestore.examples.timings;

/** What was found isn't what it should be; the message says it to a person. */
public final class CheckFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckFailedException(String message) {
    super(message);
  }
}
