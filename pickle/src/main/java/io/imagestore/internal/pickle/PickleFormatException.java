package io.imagestore.internal.pickle;

import java.io.IOException;

/** Thrown for a pickle that is malformed, asks for what isn't allowed, or exceeds a limit. */
public final class PickleFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Where in the pickle. */
  private final long offset;

  /** What is wrong there. */
  private final String problem;

  PickleFormatException(long offset, String problem) {
    super(problem + " (at byte " + offset + " of the pickle)");
    this.offset = offset;
    this.problem = problem;
  }

  /**
   * Where the trouble is.
   *
   * @return the offset, in bytes from the start of the pickle, of the instruction that failed
   */
  public long offset() {
    return offset;
  }

  /**
   * What the trouble is, for a message that tells the offset in its own way.
   *
   * @return what was expected, and what was found
   */
  public String problem() {
    return problem;
  }
}
