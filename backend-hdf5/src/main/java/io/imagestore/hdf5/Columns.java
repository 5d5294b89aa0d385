package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ElementType;
import io.imagestore.hdf5.format.Filters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The datasets of a store. */
final class Columns {

  static final int IMAGES = 0;
  static final int LABELS = 1;
  static final int IDS = 2;
  static final int CHECKSUMS = 3;
  static final int RECORDS = 4;

  static final List<String> NAMES = List.of("images", "labels", "ids", "crc32c", "record_crc32c");

  private static final Set<ElementType> SAMPLES =
      EnumSet.of(ElementType.UINT8, ElementType.UINT16, ElementType.FLOAT32);
  private static final List<Set<ElementType>> TYPES =
      List.of(
          SAMPLES,
          EnumSet.of(ElementType.INT32),
          EnumSet.of(ElementType.INT64),
          EnumSet.of(ElementType.UINT32),
          EnumSet.of(ElementType.UINT32));
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
    boolean shuffled = options.shuffle() && shape.sampleType() != SampleType.UINT8;
    Filters pixelFilters = new Filters(shuffled, options.deflateLevel());
    int[] extents = {shape.height(), shape.width(), shape.channels()};
    List<ColumnSpec> columns = new ArrayList<>();
    columns.add(
        new ColumnSpec(
            NAMES.get(IMAGES), typeOf(shape.sampleType()), extents, images, pixelFilters));
    columns.add(number(LABELS, ElementType.INT32, numbers, filters));
    columns.add(number(IDS, ElementType.INT64, numbers, filters));
    columns.add(number(CHECKSUMS, ElementType.UINT32, numbers, filters));
    columns.add(number(RECORDS, ElementType.UINT32, numbers, filters));
    return columns;
  }

  private static ColumnSpec number(int column, ElementType type, int chunkRows, Filters filters) {
    return new ColumnSpec(NAMES.get(column), type, new int[0], chunkRows, filters);
  }

  private static ElementType typeOf(SampleType samples) {
    return switch (samples) {
      case UINT8 -> ElementType.UINT8;
      case UINT16 -> ElementType.UINT16;
      case FLOAT32 -> ElementType.FLOAT32;
    };
  }

  /** The shape of the images in a dataset that was checked. */
  static ImageShape shapeOf(ColumnSpec images) {
    int[] extents = images.rowShape();
    return new ImageShape(extents[0], extents[1], extents[2], samplesOf(images.type()));
  }

  private static SampleType samplesOf(ElementType type) {
    return switch (type) {
      case UINT16 -> SampleType.UINT16;
      case FLOAT32 -> SampleType.FLOAT32;
      default -> SampleType.UINT8;
    };
  }

  /** Refuses datasets of other types or ranks. */
  static void check(List<ColumnSpec> columns, Path location) {
    for (int i = 0; i < columns.size(); i++) {
      ColumnSpec column = columns.get(i);
      int rank = i == IMAGES ? 3 : 0;
      if (!TYPES.get(i).contains(column.type()) || column.rowShape().length != rank) {
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
