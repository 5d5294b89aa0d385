package io.imagestore.loader;

/**
 * Random numbers for one transform of one image in one epoch. They are a pure function of (seed,
 * epoch, sample, transform, draw), so that an augmentation is the same whichever thread does it,
 * whatever was done before, and after a resume.
 *
 * <p>In the notation of {@link Permutation}, the n-th draw, from 0 on, is {@code bits(key, n)} with
 * {@code key = subkey(subkey(subkey(subkey(0, seed), epoch), sample), transform)}. Here the sample
 * is the position in the epoch, so that an image that is drawn twice is augmented in two ways, and
 * the transform is its place in the list, from 0 on. Each method below makes one draw.
 *
 * <p>Belongs to one thread at a time.
 */
public final class SampleRandom {

  private static final double DOUBLE_UNIT = 0x1.0p-53;

  private long key;
  private long draws;

  /** Without a key until it {@linkplain #start starts}. */
  SampleRandom() {}

  /** Starts anew at the first draw of a transform. */
  void start(long sampleKey, long transform) {
    key = CounterBits.subkey(sampleKey, transform);
    draws = 0;
  }

  /**
   * The next 64 random bits.
   *
   * @return any long
   */
  public long nextLong() {
    return CounterBits.at(key, draws++);
  }

  /**
   * A whole number below a bound: the upper 64 bits of the product of {@link #nextLong}, taken as
   * unsigned, and the bound.
   *
   * @param bound at least 1
   * @return from 0 to bound - 1, each as likely as the others
   * @throws IllegalArgumentException if the bound is less than 1
   */
  public int nextInt(int bound) {
    Arguments.positive(bound, "bound");
    return (int) CounterBits.below(nextLong(), bound);
  }

  /**
   * A number from 0 to 1: the upper 53 bits of {@link #nextLong}, divided by 2^53.
   *
   * @return at least 0, less than 1
   */
  public double nextDouble() {
    return (nextLong() >>> 11) * DOUBLE_UNIT;
  }

  /**
   * A number from a range: {@code from + (to - from) * nextDouble()}.
   *
   * @param from the least
   * @param to the greatest
   * @return from {@code from} to {@code to}
   */
  public double nextDouble(double from, double to) {
    return from + (to - from) * nextDouble();
  }

  /**
   * Whether something happens that has a probability: {@code nextDouble() < probability}.
   *
   * @param probability from 0, never, to 1, always
   * @return whether it happens
   */
  public boolean nextBoolean(double probability) {
    return nextDouble() < probability;
  }
}
