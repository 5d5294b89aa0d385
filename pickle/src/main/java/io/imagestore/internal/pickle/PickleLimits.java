package io.imagestore.internal.pickle;

/**
 * How much one pickle may make the reader do and hold.
 *
 * @param maxInputBytes the longest pickle, in bytes
 * @param maxHeldBytes the most bytes of strings and byte strings built from one pickle; memory for
 *     them is taken only as their bytes arrive
 * @param maxObjects the most values put on the stack, each worth up to about 100 bytes of memory;
 *     also the most values the result has once shared parts are counted each time they are met
 * @param maxMemoEntries the memo's size, and one more than the highest index it takes
 * @param maxDepth the deepest nesting of the result
 */
public record PickleLimits(
    long maxInputBytes, long maxHeldBytes, int maxObjects, int maxMemoEntries, int maxDepth) {

  /** One GiB: CIFAR-100's 50,000 images take 0.16 GB, and 0.5 GB in the text form. */
  public static final long DEFAULT_MAX_INPUT_BYTES = 1L << 30;

  /** 512 MiB. */
  public static final long DEFAULT_MAX_HELD_BYTES = 512L << 20;

  /** Three times what CIFAR-100's 50,000 images need. */
  public static final int DEFAULT_MAX_OBJECTS = 500_000;

  /** As many as objects. */
  public static final int DEFAULT_MAX_MEMO_ENTRIES = DEFAULT_MAX_OBJECTS;

  /** Real files nest three deep. */
  public static final int DEFAULT_MAX_DEPTH = 32;

  private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

  /** The defaults. */
  public static final PickleLimits DEFAULT =
      new PickleLimits(
          DEFAULT_MAX_INPUT_BYTES,
          DEFAULT_MAX_HELD_BYTES,
          DEFAULT_MAX_OBJECTS,
          DEFAULT_MAX_MEMO_ENTRIES,
          DEFAULT_MAX_DEPTH);

  /**
   * Checks that each limit is at least 1, and that what may be held fits into an array.
   *
   * @param maxInputBytes bytes read
   * @param maxHeldBytes bytes of all that is held at once
   * @param maxObjects values made
   * @param maxMemoEntries values remembered
   * @param maxDepth levels of nesting
   * @throws IllegalArgumentException if one isn't, or doesn't
   */
  public PickleLimits {
    requirePositive("maxInputBytes", maxInputBytes);
    requirePositive("maxHeldBytes", maxHeldBytes);
    if (maxHeldBytes > MAX_ARRAY_BYTES) {
      throw new IllegalArgumentException(
          "maxHeldBytes must be at most " + MAX_ARRAY_BYTES + " but is " + maxHeldBytes);
    }
    requirePositive("maxObjects", maxObjects);
    requirePositive("maxMemoEntries", maxMemoEntries);
    requirePositive("maxDepth", maxDepth);
  }

  /**
   * The same limits but for what may be held.
   *
   * @param bytes the most bytes of strings and byte strings
   * @return the limits
   * @throws IllegalArgumentException if it is below 1, or more than an array holds
   */
  public PickleLimits withMaxHeldBytes(long bytes) {
    return new PickleLimits(maxInputBytes, bytes, maxObjects, maxMemoEntries, maxDepth);
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1 but is " + value);
    }
  }
}
