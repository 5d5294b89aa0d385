package io.imagestore.spi;

import java.io.Serial;

/**
 * The state that a {@link Snapshot} stands for is gone, because a writer has moved on: the call
 * begins anew. Never reaches a user.
 */
public final class StaleSnapshotException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Without a stack trace, for it is part of the ordinary course. */
  public StaleSnapshotException() {
    super("the writer has moved on", null, false, false);
  }
}
