package io.imagestore.hdf5.format;

import java.io.IOException;

/**
 * Another process has overwritten what a table that is only read refers to. Nothing is damaged: the
 * table has to be opened again.
 */
public final class OutdatedException extends IOException {

  private static final long serialVersionUID = 1;

  OutdatedException() {
    super("another process has written to the file; open it again");
  }
}
