package io.imagestore.lmdb;

import io.imagestore.spi.StoredImage;

/** What the index tells of an image of a store of ours. */
final class FoundImage extends StoredImage {

  private int bytesCrc;
  private int metadataCrc;
  private boolean hasMetadata;
  private boolean staged;

  /** Takes over what a record tells of an image. */
  void become(long id, ImageRecord record) {
    become(id, record.shape(), record.label(), record.format());
    bytesCrc = record.bytesCrc();
    metadataCrc = record.metadataCrc();
    hasMetadata = record.hasMetadata();
    staged = record.isStaged();
  }

  int bytesCrc() {
    return bytesCrc;
  }

  int metadataCrc() {
    return metadataCrc;
  }

  boolean hasMetadata() {
    return hasMetadata;
  }

  /** Whether bytes and metadata still lie where a large batch has put them. */
  boolean staged() {
    return staged;
  }
}
