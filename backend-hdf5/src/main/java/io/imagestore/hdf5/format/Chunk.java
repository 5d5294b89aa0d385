package io.imagestore.hdf5.format;

import org.jspecify.annotations.Nullable;

/**
 * Where a chunk lies.
 *
 * @param address where
 * @param size how many bytes it takes there
 * @param mask has a bit set for each filter it didn't go through
 */
record Chunk(long address, int size, int mask) {

  // Two chunks that once lay at one place are different ones to a cache.

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
