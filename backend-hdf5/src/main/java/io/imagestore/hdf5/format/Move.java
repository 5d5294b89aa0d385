package io.imagestore.hdf5.format;

/**
 * Bytes of the present state that lie in one place until a checkpoint copies them to another.
 *
 * @param from where they lie
 * @param to where they belong
 * @param length how many
 */
record Move(long from, long to, int length) {}
