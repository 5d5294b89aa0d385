package io.imagestore.lmdb;

/** What the index tells of the images of a batch, remembered while their pixels are read. */
final class FoundImages {

  private final long[] ids;
  private final int[] labels;
  private final int[] checksums;
  private final boolean[] staged;
  private int size;

  FoundImages(int most) {
    ids = new long[most];
    labels = new int[most];
    checksums = new int[most];
    staged = new boolean[most];
  }

  void add(long id, ImageRecord record) {
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
