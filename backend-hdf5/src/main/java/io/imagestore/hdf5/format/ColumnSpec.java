package io.imagestore.hdf5.format;

import java.util.Arrays;

/**
 * What a dataset is like, whose first dimension is the table's rows.
 *
 * @param name its name in the root group
 * @param type its elements
 * @param rowShape the dimensions after the first; none for a dataset of one dimension
 * @param chunkRows rows a chunk, at least 1
 * @param filters what is done to each chunk
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record ColumnSpec(
    String name, ElementType type, int[] rowShape, int chunkRows, Filters filters) {

  /**
   * Checks the extents.
   *
   * @param name its name in the root group
   * @param type its elements
   * @param rowShape the dimensions after the first
   * @param chunkRows rows a chunk
   * @param filters what is done to each chunk
   * @throws IllegalArgumentException if one is less than 1, or a chunk would have 2 GiB or more
   */
  public ColumnSpec {
    rowShape = rowShape.clone();
    long chunk = (long) type.size() * chunkRows;
    if (chunkRows < 1) {
      throw new IllegalArgumentException("chunkRows must be at least 1, but is " + chunkRows);
    }
    for (int extent : rowShape) {
      if (extent < 1) {
        throw new IllegalArgumentException(
            "extents must be at least 1, but are " + Arrays.toString(rowShape));
      }
      chunk = Math.multiplyExact(chunk, extent);
    }
    if (chunk > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "a chunk of " + chunk + " bytes is too large; lower chunkRows " + chunkRows);
    }
  }

  /**
   * The dimensions after the first.
   *
   * @return a copy
   */
  @Override
  public int[] rowShape() {
    return rowShape.clone();
  }

  /**
   * Bytes of one row.
   *
   * @return at least 1
   */
  public int rowBytes() {
    int bytes = type.size();
    for (int extent : rowShape) {
      bytes *= extent;
    }
    return bytes;
  }

  /**
   * Bytes of one chunk before filters.
   *
   * @return less than 2 GiB
   */
  public int chunkBytes() {
    return rowBytes() * chunkRows;
  }
}
