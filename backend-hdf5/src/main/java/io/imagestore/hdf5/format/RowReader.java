package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  /**
   * A row of a column of 32-bit integers.
   *
   * @param column its index
   * @param row its index
   * @return the integer
   * @throws Hdf5FormatException if the chunk is damaged
   * @throws IOException if the file can't be read
   */
  default int getInt(int column, long row) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    get(column, row, bytes);
    return bytes.getInt(0);
  }

  /**
   * The same rows, but of a chunk that is damaged all that can still be decoded, and zeros or
   * anything in place of the rest.
   *
   * @return this, if it reads so already
   */
  default RowReader salvaging() {
    return this;
  }
}
