package io.imagestore.hdf5.format;

import java.io.IOException;

/** Bytes that can be read from any place. */
interface ByteSource {

  /** How many bytes there are. */
  long length() throws IOException;

  /**
   * Fills an array.
   *
   * @throws Hdf5FormatException if they lie outside of the file
   */
  void read(long address, byte[] into, int offset, int count) throws IOException;

  /**
   * Reads so many bytes, after checking that they lie in the file, which bounds the memory taken.
   *
   * @param address where they begin
   * @param count how many
   * @return the bytes
   * @throws Hdf5FormatException if they lie outside of the file
   * @throws IOException if they can't be read
   */
  default byte[] read(long address, int count) throws IOException {
    if (address < 0 || count < 0 || address > length() - count) {
      throw new Hdf5FormatException(
          count
              + " bytes at address "
              + address
              + " are outside of the file of "
              + length()
              + " bytes");
    }
    byte[] bytes = new byte[count];
    read(address, bytes, 0, count);
    return bytes;
  }
}
