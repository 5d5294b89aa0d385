package io.imagestore.hdf5.format;

import java.io.IOException;
import java.io.Serial;

/**
 * An HDF5 file is sound as far as it can be told, but uses something this package doesn't know how
 * to change.
 */
public final class UnsupportedHdf5Exception extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With a message.
   *
   * @param message what it uses, and where
   */
  public UnsupportedHdf5Exception(String message) {
    super(message);
  }
}
