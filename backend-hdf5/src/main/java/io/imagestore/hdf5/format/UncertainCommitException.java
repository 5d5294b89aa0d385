package io.imagestore.hdf5.format;

import java.io.IOException;
import java.io.Serial;

/** Whether a commit is part of the file shows only when the file is opened again. */
public final class UncertainCommitException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  UncertainCommitException(IOException failure) {
    super(failure.getMessage(), failure);
  }
}
