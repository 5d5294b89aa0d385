package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ElementType;
import io.imagestore.hdf5.format.Filters;
import io.imagestore.hdf5.format.TableSchema;
import java.util.ArrayList;
import java.util.List;

/** The datasets of a store, by their places among the columns of a table. */
final class Columns {

  // Of both layouts.
  static final int LABELS = 1;
  static final int IDS = 2;
  static final int CHECKSUMS = 3;
  static final int RECORDS = 4;
  static final int METADATA_OFFSETS = 5;
  static final int METADATA_SIZES = 6;
  static final int METADATA_CHECKSUMS = 7;

  // Of the uniform layout.
  static final int IMAGES = 0;
  static final int UNIFORM_ROWS = 8;
  static final int UNIFORM_METADATA = 8;

  // Of the mixed layout.
  static final int OFFSETS = 0;
  static final int SIZES = 8;
  static final int SHAPES = 9;
  static final int SAMPLE_TYPES = 10;
  static final int FORMATS = 11;
  static final int MIXED_ROWS = 12;
  static final int MIXED_METADATA = 12;
  static final int BYTES = 13;

  static final String IMAGES_NAME = "images";

  private static final String METADATA_NAME = "metadata";
  private static final String BYTES_NAME = "bytes";
  private static final List<String> UNIFORM_NAMES =
      List.of(
          IMAGES_NAME,
          "labels",
          "ids",
          "crc32c",
          "record_crc32c",
          "metadata_offsets",
          "metadata_sizes",
          "metadata_crc32c");
  private static final List<String> MIXED_NAMES =
      List.of(
          "offsets",
          "labels",
          "ids",
          "crc32c",
          "record_crc32c",
          "metadata_offsets",
          "metadata_sizes",
          "metadata_crc32c",
          "sizes",
          "shapes",
          "sample_types",
          "formats");

  /** Which datasets may make a store. */
  static final List<TableSchema> SCHEMAS =
      List.of(
          new TableSchema(UNIFORM_NAMES, List.of(METADATA_NAME)),
          new TableSchema(MIXED_NAMES, List.of(METADATA_NAME, BYTES_NAME)));

  private static final int CHUNK_BYTES = 1 << 20;
  private static final int METADATA_CHUNK_BYTES = 1 << 16;
  // 32 KiB of labels. Chunks are copied when many of their rows are replaced, and a small store
  // shouldn't be large.
  private static final int CHUNK_NUMBERS = 8192;
  // Where images are large, there are fewer of them, and more numbers of each.
  private static final int CHUNK_RECORDS = 512;

  private Columns() {}

  /** All datasets of a layout. */
  static List<ColumnSpec> of(StoreLayout layout, Hdf5Options options) {
    List<ColumnSpec> columns = new ArrayList<>(ofRows(layout, options));
    columns.addAll(ofBytes(layout, options));
    return columns;
  }

  /** The datasets with one value an image. */
  static List<ColumnSpec> ofRows(StoreLayout layout, Hdf5Options options) {
    ImageShape shape = layout.shape();
    return shape == null ? ofMixedRows(options) : ofUniformRows(shape, options);
  }

  private static List<ColumnSpec> ofUniformRows(ImageShape shape, Hdf5Options options) {
    int images = options.chunkRows().orElse((int) Math.max(1, CHUNK_BYTES / shape.byteCount()));
    int numbers = options.chunkRows().isPresent() ? Math.max(images, 512) : CHUNK_NUMBERS;
    Filters filters = new Filters(options.shuffle(), options.deflateLevel());
    // Bytes aren't shuffled: it would change nothing.
    boolean shuffled = options.shuffle() && shape.sampleType() != SampleType.UINT8;
    Filters pixelFilters = new Filters(shuffled, options.deflateLevel());
    int[] extents = {shape.height(), shape.width(), shape.channels()};
    List<ColumnSpec> columns = new ArrayList<>();
    columns.add(
        new ColumnSpec(IMAGES_NAME, typeOf(shape.sampleType()), extents, images, pixelFilters));
    for (int column = LABELS; column < UNIFORM_ROWS; column++) {
      int chunkRows = column < METADATA_OFFSETS ? numbers : CHUNK_RECORDS;
      columns.add(number(UNIFORM_NAMES.get(column), typeOf(column), chunkRows, filters));
    }
    return columns;
  }

  private static List<ColumnSpec> ofMixedRows(Hdf5Options options) {
    int chunkRows = options.chunkRows().orElse(CHUNK_RECORDS);
    List<ColumnSpec> columns = new ArrayList<>();
    for (int column = 0; column < MIXED_ROWS; column++) {
      int[] rowShape = column == SHAPES ? new int[] {3} : new int[0];
      ElementType type = column == OFFSETS ? ElementType.INT64 : typeOf(column);
      columns.add(new ColumnSpec(MIXED_NAMES.get(column), type, rowShape, chunkRows, Filters.NONE));
    }
    return columns;
  }

  private static ColumnSpec number(String name, ElementType type, int chunkRows, Filters filters) {
    return new ColumnSpec(name, type, new int[0], chunkRows, filters);
  }

  /** The datasets of bytes that rows refer to. */
  static List<ColumnSpec> ofBytes(StoreLayout layout, Hdf5Options options) {
    List<ColumnSpec> columns = new ArrayList<>();
    int chunkBytes = options.chunkBytes().orElse(CHUNK_BYTES);
    columns.add(bytes(METADATA_NAME, Math.min(METADATA_CHUNK_BYTES, chunkBytes)));
    if (layout.isMixed()) {
      columns.add(bytes(BYTES_NAME, chunkBytes));
    }
    return columns;
  }

  private static ColumnSpec bytes(String name, int chunkBytes) {
    return new ColumnSpec(name, ElementType.UINT8, new int[0], chunkBytes, Filters.NONE);
  }

  private static ElementType typeOf(int column) {
    return switch (column) {
      case LABELS -> ElementType.INT32;
      case IDS, METADATA_OFFSETS -> ElementType.INT64;
      case SAMPLE_TYPES -> ElementType.UINT8;
      case FORMATS -> ElementType.TEXT16;
      default -> ElementType.UINT32;
    };
  }

  private static ElementType typeOf(SampleType samples) {
    return switch (samples) {
      case UINT8 -> ElementType.UINT8;
      case UINT16 -> ElementType.UINT16;
      case FLOAT32 -> ElementType.FLOAT32;
    };
  }
}
