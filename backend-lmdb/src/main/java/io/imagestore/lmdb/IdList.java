package io.imagestore.lmdb;

import java.util.Arrays;

/** Ids that are gathered, up to a number. */
final class IdList {

  /** The key behind all others. */
  static final long END = -1;

  private static final int AT_FIRST = 1024;

  private final int most;
  private long[] ids;
  private int size;

  /** Takes no memory for more than it is given. */
  IdList(int most) {
    this.most = most;
    this.ids = new long[Math.min(most, AT_FIRST)];
  }

  void add(long id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, (int) Math.min(most, 2L * size));
    }
    ids[size++] = id;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == most;
  }

  long[] toArray() {
    return Arrays.copyOf(ids, size);
  }
}
