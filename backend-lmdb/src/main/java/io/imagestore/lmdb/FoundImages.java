package io.imagestore.lmdb;

import java.util.Arrays;

/**
 * What the index tells of the images of a batch, remembered while their pixels are read. Grows, and
 * is used again.
 */
final class FoundImages {

  private long[] ids = new long[0];
  private int[] labels = new int[0];
  private int[] checksums = new int[0];
  private boolean[] staged = new boolean[0];
  private int size;

  void clear() {
    size = 0;
  }

  void add(long id, ImageRecord record) {
    if (size == ids.length) {
      int grown = Math.max(64, size + (size >> 1));
      ids = Arrays.copyOf(ids, grown);
      labels = Arrays.copyOf(labels, grown);
      checksums = Arrays.copyOf(checksums, grown);
      staged = Arrays.copyOf(staged, grown);
    }
    ids[size] = id;
    labels[size] = record.label();
    checksums[size] = record.checksum();
    staged[size] = record.staged();
    size++;
  }

  int size() {
    return size;
  }

  long id(int i) {
    return ids[i];
  }

  int checksum(int i) {
    return checksums[i];
  }

  boolean staged(int i) {
    return staged[i];
  }

  void copyTo(long[] ids, int[] labels) {
    System.arraycopy(this.ids, 0, ids, 0, size);
    System.arraycopy(this.labels, 0, labels, 0, size);
  }
}
