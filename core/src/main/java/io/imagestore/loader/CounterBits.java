package io.imagestore.loader;

/**
 * Random bits as a pure function of a key and a counter: SplitMix64 (Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators", 2014), whose n-th output can be computed without the
 * ones before it.
 */
final class CounterBits {

  /** Stands for the epoch in what is drawn once for all epochs; real epochs aren't negative. */
  static final long EVERY_EPOCH = -1;

  /** Stands for the sample in what belongs to the whole epoch; real samples aren't negative. */
  static final long EVERY_SAMPLE = -1;

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private CounterBits() {}

  /** The key of one sample's bits in one epoch. */
  static long key(long seed, long epoch, long sample) {
    return subkey(subkey(subkey(0, seed), epoch), sample);
  }

  /** A key for each part of what another key stands for. */
  static long subkey(long key, long part) {
    return mix((key ^ part) + GOLDEN_GAMMA);
  }

  /** The 64 bits at a counter. */
  static long at(long key, long counter) {
    return mix(key + (counter + 1) * GOLDEN_GAMMA);
  }

  /**
   * Scales 64 random bits to 0 (included) to bound (excluded), bound at least 1. A value is more
   * likely than another by at most bound in 2^64.
   */
  static long below(long bits, long bound) {
    long signed = Math.multiplyHigh(bits, bound);
    return bits < 0 ? signed + bound : signed;
  }

  /** Lets each bit of the result depend on each bit of the argument, one to one. */
  static long mix(long bits) {
    bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
    return bits ^ (bits >>> 31);
  }
}
