package io.imagestore.hdf5.format;

/**
 * A stretch of the file.
 *
 * @param address where it begins
 * @param length how many bytes
 */
record Extent(long address, long length) {

  long end() {
    return address + length;
  }
}
