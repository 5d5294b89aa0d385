package io.imagestore.hdf5.format;

import org.jspecify.annotations.Nullable;

/** Where a chunk lies. Two chunks that once lay at one place are different ones to a cache. */
final class Chunk {

  private final long address;
  private final int size;
  private final int mask;
  private volatile @Nullable AwayRows away;

  /**
   * A chunk all of whose rows are at home.
   *
   * @param address where it lies
   * @param size how many bytes it takes there
   * @param mask has a bit set for each filter it didn't go through
   */
  Chunk(long address, int size, int mask) {
    this(address, size, mask, null);
  }

  private Chunk(long address, int size, int mask, @Nullable AwayRows away) {
    this.address = address;
    this.size = size;
    this.mask = mask;
    this.away = away;
  }

  long address() {
    return address;
  }

  int size() {
    return size;
  }

  int mask() {
    return mask;
  }

  /** The rows that lie elsewhere, or null if none does. */
  @Nullable AwayRows away() {
    return away;
  }

  /** The same chunk with some rows elsewhere. */
  Chunk with(AwayRows rows) {
    return new Chunk(address, size, mask, rows);
  }

  /** All rows were copied home. Whoever goes on reading them elsewhere reads the same. */
  void broughtHome() {
    away = null;
  }
}
