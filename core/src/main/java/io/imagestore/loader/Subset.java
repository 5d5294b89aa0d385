package io.imagestore.loader;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A part of a data set that is chosen at random by a seed: a range of positions of one shuffle. It
 * takes no memory to speak of, and whether a sample belongs to it is told at once.
 *
 * <p>Parts that {@link #split} gives are disjoint, and together they are the whole. The same seed
 * and size give the same parts, everywhere and always.
 *
 * <p>Immutable; any number of threads may use it at once.
 */
public final class Subset implements LongSequence {

  private final Permutation shuffle;
  private final long begin;
  private final long size;

  private Subset(Permutation shuffle, long begin, long size) {
    this.shuffle = shuffle;
    this.begin = begin;
    this.size = size;
  }

  /**
   * So many samples, each choice of them as likely as the others.
   *
   * @param seed any number
   * @param samples of how many samples, at least 0
   * @param count how many to choose, from 0 to {@code samples}
   * @return the chosen ones
   * @throws IllegalArgumentException if a number is out of its range
   */
  public static Subset random(long seed, long samples, long count) {
    Permutation shuffle = shuffle(seed, samples);
    if (count < 0 || count > samples) {
      throw new IllegalArgumentException(
          "count must be from 0 to " + samples + ", the number of samples, but is " + count);
    }
    return new Subset(shuffle, 0, count);
  }

  /**
   * Splits a data set, for instance into what is trained on and what is validated on.
   *
   * @param seed any number
   * @param samples how many samples there are, at least 0
   * @param fractions the share of each part, such as 0.9 and 0.1: each from 0 to 1, in sum 1; part
   *     k ends at the sum of the first k shares times samples, rounded to the nearest number
   * @return as many parts
   * @throws IllegalArgumentException if samples is negative, there are no fractions, or they aren't
   *     as described
   */
  public static List<Subset> split(long seed, long samples, double... fractions) {
    Permutation shuffle = shuffle(seed, samples);
    List<Subset> parts = new ArrayList<>();
    long begin = 0;
    double sum = 0;
    for (double fraction : fractions) {
      Arguments.within(fraction, 0, 1, "a fraction");
      sum += fraction;
      long end = Math.min(samples, Math.round(sum * samples));
      parts.add(new Subset(shuffle, begin, end - begin));
      begin = end;
    }
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("The fractions must be 1 in sum, but are " + sum);
    }
    return List.copyOf(parts);
  }

  private static Permutation shuffle(long seed, long samples) {
    Arguments.notNegative(samples, "samples");
    long key = CounterBits.key(seed, CounterBits.EVERY_EPOCH, CounterBits.EVERY_SAMPLE);
    return Permutation.ofKey(key, samples);
  }

  @Override
  public long size() {
    return size;
  }

  /**
   * The index in the whole data set of one of these samples.
   *
   * @param position from 0 to {@code size() - 1}
   * @return the index
   */
  @Override
  public long get(long position) {
    return shuffle.get(begin + Objects.checkIndex(position, size));
  }

  /**
   * Whether a sample belongs to this part.
   *
   * @param index its index in the whole data set
   * @return whether it does; false also for an index that isn't in the data set
   */
  public boolean contains(long index) {
    if (index < 0 || index >= shuffle.size()) {
      return false;
    }
    long position = shuffle.positionOf(index);
    return position >= begin && position - begin < size;
  }
}
