package io.imagestore.hdf5.format;

/**
 * Bytes for a place in the file.
 *
 * @param address where
 * @param bytes what; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never shown
record Patch(long address, byte[] bytes) {}
