package io.imagestore.hdf5;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Rows without an id of their own. Immutable; to take the last one out copies nothing, so that a
 * repair which begins there can drop many.
 */
final class LostRows {

  static final LostRows NONE = new LostRows(new int[0], 0, true);

  private final int[] rows; // ascending; shared
  private final int count;
  private final boolean marked;

  private LostRows(int[] rows, int count, boolean marked) {
    this.rows = rows;
    this.count = count;
    this.marked = marked;
  }

  /** Those of some rows, each there once, that come first in an array. */
  static LostRows of(int[] rows, int count) {
    int[] ascending = Arrays.copyOf(rows, count);
    Arrays.sort(ascending);
    return count == 0 ? NONE : new LostRows(ascending, count, false);
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return count;
  }

  /** The rows, ascending. */
  IntStream stream() {
    return Arrays.stream(rows, 0, count);
  }

  /** The highest of them; there must be one. */
  int last() {
    return rows[count - 1];
  }

  boolean contains(int row) {
    return Arrays.binarySearch(rows, 0, count, row) >= 0;
  }

  /** The others. */
  LostRows without(int row) {
    if (row == last()) {
      return new LostRows(rows, count - 1, marked);
    }
    int[] others = stream().filter(other -> other != row).toArray();
    return new LostRows(others, others.length, marked);
  }

  /** The same, with the last one in the place of a lower row. */
  LostRows withLastMoved(int to) {
    int[] moved = Arrays.copyOf(rows, count);
    moved[count - 1] = to;
    Arrays.sort(moved);
    return new LostRows(moved, count, marked);
  }

  /** Whether the table has no id in these rows, or what is left of one. */
  boolean areMarked() {
    return marked;
  }

  /** The same, when the table has no ids in them any more. */
  LostRows marked() {
    return new LostRows(rows, count, true);
  }
}
