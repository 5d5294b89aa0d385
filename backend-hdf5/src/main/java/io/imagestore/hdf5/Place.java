package io.imagestore.hdf5;

/**
 * Where bytes lie in a dataset of bytes.
 *
 * @param offset where they begin
 * @param size how many they are; 0 for nothing
 * @param crc their CRC-32C
 */
record Place(long offset, int size, int crc) {

  static final Place NONE = new Place(0, 0, 0);

  boolean isNone() {
    return size == 0;
  }

  /** Whether all of it is in a dataset of a length. */
  boolean isWithin(long length) {
    return offset >= 0 && size >= 0 && offset <= length - size;
  }
}
