package io.imagestore.hdf5.format;

import java.io.IOException;

/** Bytes that can be read from any place. */
interface ByteSource {

  /** The most bytes of a piece of metadata; the reference library writes none of a tenth of it. */
  int MAX_BLOCK_BYTES = 16 << 20;

  /** How many bytes there are. */
  long length() throws IOException;

  /**
   * Fills an array.
   *
   * @throws Hdf5FormatException if they lie outside of the file
   */
  void read(long address, byte[] into, int offset, int count) throws IOException;

  /**
   * Reads so many bytes, after checking that they lie in the file and aren't more than metadata
   * has, which bounds the memory taken: a sparse file may be long and have next to nothing.
   *
   * @param address where they begin
   * @param count how many
   * @return the bytes
   * @throws Hdf5FormatException if they lie outside of the file, or are more than {@link
   *     #MAX_BLOCK_BYTES}
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
    if (count > MAX_BLOCK_BYTES) {
      throw new Hdf5FormatException(
          "a block of "
              + count
              + " bytes at address "
              + address
              + ", where at most "
              + MAX_BLOCK_BYTES
              + " are expected");
    }
    byte[] bytes = new byte[count];
    read(address, bytes, 0, count);
    return bytes;
  }
}
