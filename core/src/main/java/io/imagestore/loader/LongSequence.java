package io.imagestore.loader;

/**
 * A sequence of longs of which any one can be asked for at once, computed rather than held: the
 * order of an epoch, a part of a data set.
 *
 * <p>Implementations are immutable, or behave so: one position always gives the same value, and any
 * number of threads may ask at once.
 */
public interface LongSequence {

  /**
   * How many longs there are.
   *
   * @return at least 0
   */
  long size();

  /**
   * The long at a position.
   *
   * @param position from 0 to {@code size() - 1}
   * @return the long
   * @throws IndexOutOfBoundsException if there is no such position
   */
  long get(long position);
}
