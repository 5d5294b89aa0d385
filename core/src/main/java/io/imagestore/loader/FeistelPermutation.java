package io.imagestore.loader;

import java.util.Objects;

/**
 * A shuffle of many indices by a Feistel network with cycle walking: a network permutes all numbers
 * of so many bits whatever its mixing function does, and walking along the cycle of such a
 * permutation until it comes back to an index permutes the indices (Black and Rogaway, "Ciphers
 * with Arbitrary Finite Domains", 2002).
 */
final class FeistelPermutation extends Permutation {

  private static final int ROUNDS = 8;

  private final long size;
  private final int lowerBits;
  private final long lowerMask;
  private final long upperMask;
  private final long[] roundKeys = new long[ROUNDS];

  FeistelPermutation(long key, long size) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
    this.size = size;
    lowerBits = bits / 2;
    lowerMask = (1L << lowerBits) - 1;
    upperMask = (1L << (bits - lowerBits)) - 1;
    for (int round = 0; round < ROUNDS; round++) {
      roundKeys[round] = CounterBits.at(key, round);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long get(long position) {
    long index = Objects.checkIndex(position, size);
    do {
      index = forward(index);
    } while (index >= size);
    return index;
  }

  @Override
  public long positionOf(long index) {
    long position = Objects.checkIndex(index, size);
    do {
      position = backward(position);
    } while (position >= size);
    return position;
  }

  private long forward(long number) {
    long upper = number >>> lowerBits;
    long lower = number & lowerMask;
    for (int round = 0; round < ROUNDS; round += 2) {
      upper ^= CounterBits.mix(lower ^ roundKeys[round]) & upperMask;
      lower ^= CounterBits.mix(upper ^ roundKeys[round + 1]) & lowerMask;
    }
    return upper << lowerBits | lower;
  }

  private long backward(long number) {
    long upper = number >>> lowerBits;
    long lower = number & lowerMask;
    for (int round = ROUNDS - 2; round >= 0; round -= 2) {
      lower ^= CounterBits.mix(upper ^ roundKeys[round + 1]) & lowerMask;
      upper ^= CounterBits.mix(lower ^ roundKeys[round]) & upperMask;
    }
    return upper << lowerBits | lower;
  }
}
