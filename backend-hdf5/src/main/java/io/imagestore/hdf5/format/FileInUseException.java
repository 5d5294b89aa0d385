package io.imagestore.hdf5.format;

import java.io.IOException;
import java.io.Serial;

/** Another program has the file open in a way that lets nobody else in. */
public final class FileInUseException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message who has it, and what to do
   */
  public FileInUseException(String message) {
    super(message);
  }
}
