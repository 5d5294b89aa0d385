package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.hdf5.format.TableView;
import io.imagestore.spi.PersistentLongMap;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A store as some commit left it: the table, and in which row each id is. Immutable.
 *
 * @param layout how images lie in it, or null while there never was one
 * @param damage rows that were damaged when the ids were read
 */
record Commit(
    TableView table, @Nullable StoreLayout layout, PersistentLongMap<Integer> rows, Damage damage) {

  /**
   * Reads the ids.
   *
   * @param verify whether to check each row
   */
  static Commit load(TableView table, Path location, boolean verify) throws IOException {
    StoreLayout layout = StoreLayout.of(table.columns(), location);
    if (layout == null) {
      return new Commit(table, null, PersistentLongMap.empty(), Damage.NONE);
    }
    if (table.rows() > Integer.MAX_VALUE) {
      throw new CorruptStoreException(
          "store " + location + " claims to have " + table.rows() + " rows; 2^31 - 1 fit");
    }
    IdReader ids = new IdReader(location, table, new Records(location, layout, table), verify);
    return new Commit(table, layout, ids.read(), ids.damage());
  }
}
