package io.imagestore.lmdb;

import io.imagestore.spi.StoredImage;

/** What the index tells of an image of a store of ours. */
final class FoundImage extends StoredImage {

  private final int bytesCrc;
  private final int metadataCrc;
  private final boolean hasMetadata;
  private final boolean staged;

  FoundImage(long id, ImageRecord record) {
    super(id, record.shape(), record.label(), record.format());
    this.bytesCrc = record.bytesCrc();
    this.metadataCrc = record.metadataCrc();
    this.hasMetadata = record.hasMetadata();
    this.staged = record.isStaged();
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
