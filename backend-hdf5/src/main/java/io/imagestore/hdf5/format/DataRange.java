package io.imagestore.hdf5.format;

/**
 * Raw data that a commit wrote.
 *
 * @param address where
 * @param length how many bytes
 * @param crc32c their CRC-32C
 */
record DataRange(long address, int length, int crc32c) {}
