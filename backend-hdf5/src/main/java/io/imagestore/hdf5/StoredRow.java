package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.spi.StoredImage;
import org.jspecify.annotations.Nullable;

/** What its row says of an image. */
final class StoredRow extends StoredImage {

  private final int row;
  private final Place bytes;
  private final Place metadata;

  /** An image whose offset counts for nothing where its bytes lie in a row of their own. */
  StoredRow(
      long id,
      ImageShape shape,
      int label,
      @Nullable String format,
      int row,
      Place bytes,
      Place metadata) {
    super(id, shape, label, format);
    this.row = row;
    this.bytes = bytes;
    this.metadata = metadata;
  }

  int row() {
    return row;
  }

  Place bytes() {
    return bytes;
  }

  Place metadata() {
    return metadata;
  }
}
