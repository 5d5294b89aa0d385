package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The rows of a table as some state has them. */
public interface RowReader {

  /**
   * Copies one row of one column to a buffer's position, which moves behind it.
   *
   * @param column its index
   * @param row its index
   * @param into has room for the row's bytes
   * @throws Hdf5FormatException if the chunk is damaged
   * @throws IOException if the file can't be read
   */
  void get(int column, long row, ByteBuffer into) throws IOException;
}
