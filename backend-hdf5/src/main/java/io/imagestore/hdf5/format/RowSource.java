package io.imagestore.hdf5.format;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Rows to append, column by column. */
@FunctionalInterface
public interface RowSource {

  /**
   * The rows' bytes of one column. The columns are asked for in order, each when the one before has
   * been written.
   *
   * @param column its index
   * @return one row behind the other; not to change until they are appended. What is outside of the
   *     heap is written from where it is. Null if all are zero, which takes no space as long as all
   *     rows of a chunk are
   */
  @Nullable ByteBuffer values(int column);

  /**
   * The CRC-32C of each row's bytes in a column, which saves making them. Asked for when all
   * columns have been written.
   *
   * @param column its index
   * @return the checksums, or null if they aren't known, as by default
   */
  default int @Nullable [] checksums(int column) {
    return null;
  }
}
