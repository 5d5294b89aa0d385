package io.imagestore.loader;

/**
 * A shuffle of the indices from 0 to size - 1 that is computed, not held: a pure function of seed,
 * epoch and position. Sizes go up to {@link Long#MAX_VALUE}, memory doesn't grow with them, and the
 * way back, from index to position, is as fast as the way there.
 *
 * <p>The algorithm is part of the contract; {@code python/imagestore_order.py} is the same in
 * Python, and {@code order.csv} among the tests' resources holds vectors. All arithmetic is on
 * unsigned 64-bit integers that wrap around.
 *
 * <pre>{@code
 * mix(z):               z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;  z = (z ^ z >> 27) * 0x94d049bb133111eb;  z ^ z >> 31
 * bits(key, counter):   mix(key + (counter + 1) * 0x9e3779b97f4a7c15)
 * subkey(key, part):    mix((key ^ part) + 0x9e3779b97f4a7c15)
 * key:                  subkey(subkey(subkey(0, seed), epoch), -1)
 * }</pre>
 *
 * <ul>
 *   <li>Up to 65,536 indices are shuffled in a table, as Fisher and Yates do: for each i from size
 *       - 1 down to 1, entry i is swapped with entry {@code bits(key, i) * (i + 1) >> 64} (a
 *       product of 128 bits). Networks as below are measurably biased on few bits, and reach only a
 *       part of the permutations; a table isn't and doesn't.
 *   <li>More indices go through a Feistel network on the smallest number of bits, w, that holds
 *       them. The upper half has w / 2 bits, rounded up, the lower half the others. For r = 0, 2,
 *       4, 6, the upper half is XORed with {@code mix(lower ^ bits(key, r))}, then the lower half
 *       with {@code mix(upper ^ bits(key, r + 1))}, each cut to the half's width. A result that is
 *       no index goes through again until it is one, which takes fewer than two passes on average.
 * </ul>
 *
 * <p>Like every such network, the second one gives only even permutations where the size is a power
 * of two.
 *
 * <p>Immutable; any number of threads may use it at once.
 */
public abstract sealed class Permutation implements LongSequence
    permits TablePermutation, FeistelPermutation {

  /** For subclasses of this package. */
  Permutation() {}

  /**
   * The shuffle of an epoch.
   *
   * @param seed any number
   * @param epoch at least 0
   * @param size how many indices, at least 0
   * @return the shuffle; another seed or epoch gives another one
   * @throws IllegalArgumentException if epoch or size is negative
   */
  public static Permutation of(long seed, long epoch, long size) {
    Arguments.notNegative(epoch, "epoch");
    Arguments.notNegative(size, "size");
    return ofKey(CounterBits.key(seed, epoch, CounterBits.EVERY_SAMPLE), size);
  }

  /** The shuffle that a key of one's own stands for. */
  static Permutation ofKey(long key, long size) {
    return size <= TablePermutation.MAX_SIZE
        ? new TablePermutation(key, (int) size)
        : new FeistelPermutation(key, size);
  }

  /**
   * The index that comes at a position.
   *
   * @param position from 0 to {@code size() - 1}
   * @return an index from 0 to {@code size() - 1}
   */
  @Override
  public abstract long get(long position);

  /**
   * The position at which an index comes: the inverse of {@link #get}.
   *
   * @param index from 0 to {@code size() - 1}
   * @return the position, from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such index
   */
  public abstract long positionOf(long index);
}
