package io.imagestore.disk;

import io.imagestore.spi.StoredImage;

/** What the label table tells of an image. */
final class FoundImage extends StoredImage {

  private final Entry entry;

  FoundImage(long id, Entry entry) {
    super(id, entry.shape(), entry.label(), entry.format());
    this.entry = entry;
  }

  Entry entry() {
    return entry;
  }

  /** How many bytes a visitor is shown, if all is well: of the pixels or of the file. */
  long byteCount() {
    return format() == null ? shape().byteCount() : entry.fileBytes();
  }
}
