package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.spi.StoredImage;
import org.jspecify.annotations.Nullable;

/** What its row says of an image. */
final class StoredRow extends StoredImage {

  private int row;
  private long offset;
  private int size;
  private int crc;
  private Place metadata = Place.NONE;

  /**
   * Takes over what a row says.
   *
   * @param offset where its bytes begin; counts for nothing where they lie in a row of their own
   */
  void become(
      long id,
      ImageShape shape,
      int label,
      @Nullable String format,
      int row,
      long offset,
      int size,
      int crc,
      Place metadata) {
    become(id, shape, label, format);
    this.row = row;
    this.offset = offset;
    this.size = size;
    this.crc = crc;
    this.metadata = metadata;
  }

  int row() {
    return row;
  }

  /** How many bytes it has. */
  int size() {
    return size;
  }

  /** Their CRC-32C. */
  int crc() {
    return crc;
  }

  /** Where its bytes begin, if they don't lie in a row of their own. */
  long offset() {
    return offset;
  }

  Place bytes() {
    return new Place(offset, size, crc);
  }

  Place metadata() {
    return metadata;
  }
}
