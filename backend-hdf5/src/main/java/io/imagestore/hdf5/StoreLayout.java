package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of the two layouts a store has.
 *
 * @param shape that of all images; null in the mixed layout, where each has its own
 */
record StoreLayout(@Nullable ImageShape shape) {

  static final StoreLayout MIXED = new StoreLayout(null);

  private static final Map<ElementType, SampleType> SAMPLES =
      new EnumMap<>(
          Map.of(
              ElementType.UINT8, SampleType.UINT8,
              ElementType.UINT16, SampleType.UINT16,
              ElementType.FLOAT32, SampleType.FLOAT32));

  static StoreLayout uniform(ImageShape shape) {
    return new StoreLayout(shape);
  }

  boolean isMixed() {
    return shape == null;
  }

  /** How many datasets have a value an image. */
  int columnsOfRows() {
    return isMixed() ? Columns.MIXED_ROWS : Columns.UNIFORM_ROWS;
  }

  /** The dataset that metadata lies in. */
  int metadata() {
    return isMixed() ? Columns.MIXED_METADATA : Columns.UNIFORM_METADATA;
  }

  /**
   * The layout of a store with some datasets.
   *
   * @return null if there are none
   * @throws UnsupportedStoreException if one is of another type or rank than it should
   */
  static @Nullable StoreLayout of(List<ColumnSpec> columns, Path location) {
    if (columns.isEmpty()) {
      return null;
    }
    ColumnSpec first = columns.get(0);
    StoreLayout layout =
        first.name().equals(Columns.IMAGES_NAME) ? uniform(first, location) : MIXED;
    List<ColumnSpec> expected = Columns.of(layout, Hdf5Options.defaults());
    for (int i = 0; i < expected.size(); i++) {
      check(columns.get(i), expected.get(i), location);
    }
    return layout;
  }

  private static StoreLayout uniform(ColumnSpec images, Path location) {
    int[] extents = images.rowShape();
    SampleType samples = SAMPLES.get(images.type());
    if (extents.length != 3 || samples == null) {
      throw refused(images, SAMPLES.keySet() + " and 4", location);
    }
    return uniform(new ImageShape(extents[0], extents[1], extents[2], samples));
  }

  private static void check(ColumnSpec column, ColumnSpec expected, Path location) {
    if (column.type() != expected.type()
        || !Arrays.equals(column.rowShape(), expected.rowShape())) {
      throw refused(column, expected.type() + " and " + (1 + expected.rowShape().length), location);
    }
  }

  private static UnsupportedStoreException refused(
      ColumnSpec column, String expected, Path location) {
    return new UnsupportedStoreException(
        "dataset '"
            + column.name()
            + "' in store "
            + location
            + " has the type "
            + column.type()
            + " and "
            + (1 + column.rowShape().length)
            + " dimensions in place of "
            + expected);
  }
}
