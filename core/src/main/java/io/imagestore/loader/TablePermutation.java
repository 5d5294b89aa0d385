package io.imagestore.loader;

import java.util.Objects;

/** A shuffle of few indices, held in a table and therefore as fair as the bits behind it. */
final class TablePermutation extends Permutation {

  /** The table of so many indices takes 128 KiB, and as much again for the way back. */
  static final int MAX_SIZE = 1 << 16;

  private final char[] indices;
  private final char[] positions;

  TablePermutation(long key, int size) {
    indices = shuffled(key, size);
    positions = inverse(indices);
  }

  private static char[] shuffled(long key, int size) {
    char[] table = new char[size];
    for (int i = 0; i < size; i++) {
      table[i] = (char) i;
    }
    for (int i = size - 1; i > 0; i--) {
      int other = (int) CounterBits.below(CounterBits.at(key, i), i + 1L);
      char index = table[i];
      table[i] = table[other];
      table[other] = index;
    }
    return table;
  }

  private static char[] inverse(char[] indices) {
    char[] positions = new char[indices.length];
    for (int position = 0; position < indices.length; position++) {
      positions[indices[position]] = (char) position;
    }
    return positions;
  }

  @Override
  public long size() {
    return indices.length;
  }

  @Override
  public long get(long position) {
    return indices[(int) Objects.checkIndex(position, size())];
  }

  @Override
  public long positionOf(long index) {
    return positions[(int) Objects.checkIndex(index, size())];
  }
}
