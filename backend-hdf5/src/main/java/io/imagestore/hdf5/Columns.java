package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ElementType;
import io.imagestore.hdf5.format.Filters;
import java.nio.file.Path;
import java.util.List;

/** The datasets of a store. */
final class Columns {

  static final int IMAGES = 0;
  static final int LABELS = 1;
  static final int IDS = 2;
  static final int CHECKSUMS = 3;

  static final List<String> NAMES = List.of("images", "labels", "ids", "crc32c");

  private static final List<ElementType> TYPES =
      List.of(ElementType.UINT8, ElementType.INT32, ElementType.INT64, ElementType.UINT32);
  private static final int CHUNK_BYTES = 1 << 20;
  // 32 KiB of labels. Chunks are copied when a row is replaced, and a small store shouldn't be
  // large.
  private static final int CHUNK_NUMBERS = 8192;

  private Columns() {}

  /** The datasets for images of one shape. */
  static List<ColumnSpec> of(ImageShape shape, Hdf5Options options) {
    int images = options.chunkRows().orElse((int) Math.max(1, CHUNK_BYTES / shape.byteCount()));
    int numbers = options.chunkRows().isPresent() ? Math.max(images, 512) : CHUNK_NUMBERS;
    Filters filters = new Filters(options.shuffle(), options.deflateLevel());
    // Bytes aren't shuffled: it would change nothing.
    Filters pixelFilters = new Filters(false, options.deflateLevel());
    int[] extents = {shape.height(), shape.width(), shape.channels()};
    return List.of(
        new ColumnSpec(NAMES.get(IMAGES), TYPES.get(IMAGES), extents, images, pixelFilters),
        new ColumnSpec(NAMES.get(LABELS), TYPES.get(LABELS), new int[0], numbers, filters),
        new ColumnSpec(NAMES.get(IDS), TYPES.get(IDS), new int[0], numbers, filters),
        new ColumnSpec(NAMES.get(CHECKSUMS), TYPES.get(CHECKSUMS), new int[0], numbers, filters));
  }

  /** Refuses datasets of other types or ranks. */
  static void check(List<ColumnSpec> columns, Path location) {
    for (int i = 0; i < columns.size(); i++) {
      ColumnSpec column = columns.get(i);
      int rank = i == IMAGES ? 3 : 0;
      if (column.type() != TYPES.get(i) || column.rowShape().length != rank) {
        throw new UnsupportedStoreException(
            "dataset '"
                + column.name()
                + "' in store "
                + location
                + " has the type "
                + column.type()
                + " and "
                + (1 + column.rowShape().length)
                + " dimensions in place of "
                + TYPES.get(i)
                + " and "
                + (1 + rank));
      }
    }
  }
}
