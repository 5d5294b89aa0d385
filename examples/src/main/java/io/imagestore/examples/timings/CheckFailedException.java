package io.imagestore.examples.timings;

/** A store gave back another image or label than it was given. */
public final class CheckFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CheckFailedException(String message) {
    super(message);
  }
}
