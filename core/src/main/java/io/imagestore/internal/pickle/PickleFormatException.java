package io.imagestore.internal.pickle;

import java.io.IOException;

/** Thrown for a pickle that is malformed, asks for what isn't allowed, or exceeds a limit. */
public final class PickleFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  private final long offset;

  PickleFormatException(long offset, String problem) {
    super(problem + " (at byte " + offset + " of the pickle)");
    this.offset = offset;
  }

  /**
   * Where the trouble is.
   *
   * @return the offset, in bytes from the start of the pickle, of the instruction that failed
   */
  public long offset() {
    return offset;
  }
}
