package io.imagestore.hdf5;

import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.spi.PersistentLongMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes one row out of a store. The last row moves into the hole, so that rows stay without gaps.
 */
final class Removal {

  /** -1. */
  private static final ByteBuffer NO_ID =
      ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});

  private final Commit before;
  private final Transaction transaction;
  private final StoreLayout layout;

  Removal(Commit before, StoreLayout layout, Transaction transaction) {
    this.before = before;
    this.layout = layout;
    this.transaction = transaction;
  }

  /** Takes out an image that is there, and shows the state after it. */
  void ofImage(long id, int row, boolean durable, Consumer<Commit> shown) throws IOException {
    of(row, before.rows().without(id), before.damage().without(id), durable, shown);
  }

  /** Takes out a row whose id is lost. */
  void ofLostRow(int row, boolean durable, Consumer<Commit> shown) throws IOException {
    of(row, before.rows(), before.damage().withoutRow(row), durable, shown);
  }

  private void of(
      int hole,
      PersistentLongMap<Integer> others,
      Damage damage,
      boolean durable,
      Consumer<Commit> shown)
      throws IOException {
    PersistentLongMap<Integer> rows = others;
    Damage left = damage.withLostMarked();
    markLost();
    int last = (int) transaction.rows() - 1;
    if (hole != last) {
      move(last, hole);
      if (damage.lost().contains(last)) {
        left = left.withLastRowMoved(hole);
      } else {
        rows = rows.with(idOf(last), hole);
      }
    }
    transaction.shrink(last);
    PersistentLongMap<Integer> after = rows;
    Damage stillThere = left;
    transaction.commit(
        durable, table -> shown.accept(new Commit(table, layout, after, stillThere)));
  }

  /** Once a chunk of ids is written anew, nobody could tell what was left of them from others. */
  private void markLost() throws IOException {
    LostRows lost = before.damage().lost();
    if (!lost.areMarked()) {
      for (int row : (Iterable<Integer>) lost.stream()::iterator) {
        transaction.replace(row, Columns.IDS, NO_ID.duplicate());
      }
    }
  }

  private void move(int from, int to) throws IOException {
    List<ColumnSpec> columns = before.table().columns();
    for (int column = 0; column < layout.columnsOfRows(); column++) {
      byte[] moved = new byte[columns.get(column).rowBytes()];
      transaction.get(column, from, ByteBuffer.wrap(moved));
      boolean isImage = column == Columns.IMAGES && !layout.isMixed(); // always has a chunk
      transaction.replace(to, column, isZero(moved) && !isImage ? null : ByteBuffer.wrap(moved));
    }
  }

  private static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private long idOf(int row) throws IOException {
    ByteBuffer id = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    transaction.get(Columns.IDS, row, id);
    return id.getLong(0);
  }
}
