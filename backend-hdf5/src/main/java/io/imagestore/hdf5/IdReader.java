package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.TableView;
import io.imagestore.spi.PersistentLongMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Reads the ids of a table, and finds rows that are damaged. */
final class IdReader {

  private static final int ROWS_AT_ONCE = 8192;

  /** More than damage brings about. */
  private static final int MOST_LOST = 1_000_000;

  private final Path store;
  private final TableView table;
  private final Records records;
  private final boolean verify;
  private final PersistentLongMap.Builder<Integer> rows =
      PersistentLongMap.<Integer>empty().toBuilder();
  private final Set<Long> damaged = new HashSet<>();
  private int[] lost = new int[16];
  private int lostCount;

  IdReader(Path store, TableView table, Records records, boolean verify) {
    this.store = store;
    this.table = table;
    this.records = records;
    this.verify = verify;
  }

  /** In which row each id is. */
  PersistentLongMap<Integer> read() throws IOException {
    int count = (int) table.rows();
    ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * ROWS_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
    for (int first = 0; first < count && first >= 0; first += ROWS_AT_ONCE) {
      int part = Math.min(ROWS_AT_ONCE, count - first);
      boolean whole = read(first, part, ids);
      for (int i = 0; i < part; i++) {
        long id = ids.getLong(Long.BYTES * i);
        if (whole || records.isSound(id, first + i)) {
          add(id, first + i);
        } else {
          addLost(first + i);
        }
      }
    }
    return rows.build();
  }

  /** Reads ids; false if a chunk of them is damaged, and each may be another than it was. */
  private boolean read(int first, int count, ByteBuffer into) throws IOException {
    try {
      table.get(Columns.IDS, first, count, into.clear());
      return true;
    } catch (Hdf5FormatException e) {
      table.salvage(Columns.IDS, first, count, into.clear());
      return false;
    }
  }

  Damage damage() {
    return new Damage(damaged, LostRows.of(lost, lostCount));
  }

  private void addLost(int row) {
    if (lostCount == MOST_LOST) {
      throw new CorruptStoreException(
          "store "
              + store
              + " claims to have more than "
              + MOST_LOST
              + " rows without an id of their own; restore it from a copy, or, if another program has"
              + " made its datasets longer, let that make them as long as they were");
    }
    if (lostCount == lost.length) {
      lost = Arrays.copyOf(lost, 2 * lostCount);
    }
    lost[lostCount++] = row;
  }

  private void add(long id, int row) throws IOException {
    if (id < 0) {
      addLost(row);
      return;
    }
    Integer earlier = rows.get(id);
    if (earlier != null) {
      addSoundOne(id, earlier, row);
      return;
    }
    if (verify && !records.isSound(id, row)) {
      damaged.add(id);
    }
    rows.put(id, row);
  }

  /** Of two rows with one id, at most one is what was stored. */
  private void addSoundOne(long id, int earlier, int row) throws IOException {
    if (records.isSound(id, earlier)) {
      addLost(row);
    } else {
      addLost(earlier);
      damaged.remove(id);
      rows.put(id, row);
      if (!records.isSound(id, row)) {
        damaged.add(id);
      }
    }
  }
}
