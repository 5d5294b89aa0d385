package io.imagestore.lmdb;

import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * Puts values into a database by id, appending where the ids ascend beyond its end, which fills its
 * pages whole.
 */
final class Target {

  private static final PutFlags[] INSERT = {};
  private static final PutFlags[] APPEND = {PutFlags.MDB_APPEND};

  private final Dbi<Slice> database;
  private final Txn<Slice> txn;
  private final Key key = Key.ofIds();
  private long last;

  Target(Dbi<Slice> database, Txn<Slice> txn) {
    this.database = database;
    this.txn = txn;
    try (Cursor<Slice> end = database.openCursor(txn)) {
      last = end.last() ? IdFormat.BIG_ENDIAN.idOf(end.key()) : -1;
    }
  }

  /** Room for a value, to be filled before the next write. */
  Slice reserve(long id, int bytes) {
    PutFlags[] flags = id > last ? APPEND : INSERT;
    last = Math.max(last, id);
    return database.reserve(txn, key.to(id), bytes, flags);
  }

  void put(long id, ImageRecord record) {
    record.writeTo(reserve(id, ImageRecord.BYTES).address);
  }
}
