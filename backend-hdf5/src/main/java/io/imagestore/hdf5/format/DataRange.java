package io.imagestore.hdf5.format;

/**
 * Raw data that a commit wrote.
 *
 * @param address where
 * @param length how many bytes
 * @param crc32c their CRC-32C
 */
record DataRange(long address, int length, int crc32c) {

  /** The address behind it. */
  long end() {
    return address + length;
  }

  /** No bytes, at the end of the file, which without them may be shorter after a loss of power. */
  static DataRange endingAt(long end) {
    return new DataRange(end, 0, 0);
  }
}
