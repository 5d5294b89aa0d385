package io.imagestore.hdf5.format;

import java.io.IOException;

/**
 * The writer has overwritten what a state of a table refers to. Nothing is damaged: a newer state
 * has to be read; where another process writes, the table has to be opened again for that.
 */
public final class OutdatedException extends IOException {

  private static final long serialVersionUID = 1;

  OutdatedException() {
    super("what was to be read has been overwritten; a newer state has to be read");
  }
}
