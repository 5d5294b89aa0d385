package io.imagestore.hdf5.format;

import java.io.IOException;

/**
 * How many bytes of a file are left for blocks that share none. It bounds the memory that a small
 * file can ask for by leading to one block again and again.
 */
final class ByteBudget {

  private long left;

  ByteBudget(ByteSource source) throws IOException {
    this(source.length());
  }

  /** A smaller one than a file's. */
  ByteBudget(long bytes) {
    this.left = bytes;
  }

  /** Takes what a block has, of which there must be as much. */
  void take(long bytes, long address) throws Hdf5FormatException {
    left -= bytes;
    if (left < 0) {
      throw new Hdf5FormatException(
          "blocks up to the one of "
              + bytes
              + " bytes at address "
              + address
              + " take more than the file has, or more than can be: some may lie in one place");
    }
  }
}
