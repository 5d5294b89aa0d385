package io.imagestore.hdf5.format;

import java.io.IOException;
import java.io.Serial;

/** A structure of an HDF5 file is damaged. The message names it and its address. */
public class Hdf5FormatException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message what is wrong, and at which address
   */
  public Hdf5FormatException(String message) {
    super(message);
  }
}
