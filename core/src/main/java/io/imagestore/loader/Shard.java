package io.imagestore.loader;

/**
 * Which of the processes of a run this is.
 *
 * @param rank from 0 to {@code worldSize - 1}
 * @param worldSize how many processes train together, at least 1
 */
record Shard(int rank, int worldSize) {

  /** One process that trains alone. */
  static final Shard ALONE = new Shard(0, 1);

  /**
   * Checks both numbers.
   *
   * @param rank from 0 to {@code worldSize - 1}
   * @param worldSize how many processes train together, at least 1
   * @throws IllegalArgumentException if one of them is out of its range
   */
  Shard {
    Arguments.positive(worldSize, "worldSize");
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank must be from 0 to " + (worldSize - 1) + ", but is " + rank);
    }
  }

  /** As {@code rank 0 of 4}. */
  @Override
  public String toString() {
    return "rank " + rank + " of " + worldSize;
  }
}
