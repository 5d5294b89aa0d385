package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * A tree within a transaction that writes. LMDB trusts its pages, so those that it will walk are
 * checked first, as the commit before has left them; those that the transaction itself has made are
 * LMDB's own, in its memory.
 */
final class WriteTree {

  private static final long UNKNOWN = Long.MIN_VALUE;
  private static final PutFlags[] INSERT = {};
  private static final PutFlags[] APPEND = {PutFlags.MDB_APPEND};

  private final Dbi<Slice> database;
  private final Txn<Slice> txn;
  private final Path store;
  private final TreeCursor before;
  private final Key key = Key.ofNumber();
  private long last = UNKNOWN;

  WriteTree(Dbi<Slice> database, Txn<Slice> txn, Pages pages, TreeRecord tree, Path store) {
    this.database = database;
    this.txn = txn;
    this.store = store;
    this.before = new TreeCursor(pages, tree, KeyOrder.BYTES_OF_LONG);
  }

  /** What is stored under an id; null if nothing. Valid until the next write. */
  @Nullable Slice get(long id) {
    before.find(id);
    return database.get(txn, key.to(id));
  }

  /**
   * Room for a value, to be filled before the next write. Appends where the ids ascend beyond the
   * tree's end, which fills its pages whole.
   */
  Slice reserve(long id, int bytes) {
    if (before.find(id)) {
      before.requireExactPages(); // LMDB will free them
    }
    boolean append = id > last();
    if (append) {
      last = id;
    }
    return database.reserve(txn, key.to(id), bytes, append ? APPEND : INSERT);
  }

  void put(long id, ImageRecord record) {
    record.writeTo(reserve(id, record.size()).address);
  }

  void put(long id, byte[] value) {
    NativeMemory.put(reserve(id, value.length).address, value, 0, value.length);
  }

  /** Deletes what earlier transactions have stored under an id, if they have. */
  void deleteEarlier(long id) {
    if (before.find(id)) {
      delete(id);
    }
  }

  /** Deletes what is stored under an id; false if nothing is. */
  boolean delete(long id) {
    before.enterAround(id);
    if (before.find(id)) {
      before.requireExactPages();
    }
    return deleteChecked(id);
  }

  /** The same in a tree all of whose pages have been checked. */
  boolean deleteChecked(long id) {
    return database.delete(txn, key.to(id));
  }

  /** Walks a tree all of whose pages have been checked. */
  Cursor<Slice> openCursor() {
    return database.openCursor(txn);
  }

  /** Empties a tree all of whose pages have been checked. */
  void clear() {
    database.drop(txn);
    last = -1;
  }

  /** The id that a key of LMDB's stands for. */
  long idOf(Slice key) {
    long id =
        key.size == Long.BYTES
            ? IdFormat.NUMBER.id(KeyOrder.BYTES_OF_LONG.number(NativeMemory.getLong(key.address)))
            : IdFormat.NONE;
    if (id == IdFormat.NONE) {
      throw new CorruptStoreException(DataFile.damaged(store, "one of its keys is no id"));
    }
    return id;
  }

  private long last() {
    if (last == UNKNOWN) {
      last = before.last() ? IdFormat.NUMBER.id(before.key()) : -1;
    }
    return last;
  }
}
