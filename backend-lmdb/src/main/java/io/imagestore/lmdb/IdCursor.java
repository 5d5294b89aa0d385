package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.GetOp;
import org.lmdbjava.SeekOp;
import org.lmdbjava.Txn;

/**
 * Walks a database whose keys are ids. Opened at first use, and renewed with its read transaction.
 */
final class IdCursor {

  /** What {@link #seek} and {@link #next} return at the end. */
  static final long END = -1;

  // So near, stepping is faster than searching.
  private static final int A_STEP = 8;
  private static final int IDS_AT_FIRST = 1024;
  private static final long NOWHERE = Long.MIN_VALUE;

  private final Dbi<Slice> database;
  private final Txn<Slice> txn;
  private final Path store;
  private final IdFormat format;
  private final Key key;
  private @Nullable Cursor<Slice> cursor;
  private boolean fresh;
  private long position = NOWHERE;

  IdCursor(Dbi<Slice> database, IdFormat format, Txn<Slice> txn, Path store) {
    this.database = database;
    this.format = format;
    this.key = Key.ofIds(format);
    this.txn = txn;
    this.store = store;
  }

  /** What is stored under an id; null if nothing. Fast where ids follow one another. */
  @Nullable Slice find(long id) {
    if (id > format.highest()) {
      return null;
    }
    Cursor<Slice> at = cursor();
    if (position < id && id - A_STEP <= position && at.seek(SeekOp.MDB_NEXT) && idAt(at) == id) {
      position = id;
      return at.val();
    }
    boolean found = at.get(key.to(id), GetOp.MDB_SET);
    position = found ? id : NOWHERE;
    return found ? at.val() : null;
  }

  /** Goes to the first id from a given one on. */
  long seek(long firstId) {
    if (firstId > format.highest()) {
      return END;
    }
    Cursor<Slice> at = cursor();
    position = at.get(key.to(firstId), GetOp.MDB_SET_RANGE) ? idAt(at) : END;
    return position;
  }

  /** Goes to the next id. */
  long next() {
    Cursor<Slice> at = cursor();
    position = at.seek(SeekOp.MDB_NEXT) ? idAt(at) : END;
    return position;
  }

  /** The ids that follow one another; fewer than count where they end. */
  long[] idsFrom(long firstId, int count) {
    long[] ids = new long[Math.min(count, IDS_AT_FIRST)];
    int size = 0;
    for (long id = seek(firstId); id != END && size < count; id = next()) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, (int) Math.min(count, 2L * size));
      }
      ids[size++] = id;
    }
    return Arrays.copyOf(ids, size);
  }

  /** What is stored where it has gone to. */
  Slice value() {
    return cursor().val();
  }

  /** Tells that the transaction has been reset. */
  void reset() {
    fresh = false;
  }

  void close() {
    if (cursor != null) {
      cursor.close();
    }
  }

  private Cursor<Slice> cursor() {
    Cursor<Slice> open = cursor;
    if (open == null) {
      open = database.openCursor(txn);
      cursor = open;
      fresh = true;
    } else if (!fresh) {
      open.renew(txn);
      fresh = true;
      position = NOWHERE;
    }
    return open;
  }

  private long idAt(Cursor<Slice> at) {
    long id = format.idOf(at.key());
    if (id == IdFormat.NONE) {
      throw new CorruptStoreException(
          "store " + store + " is damaged: one of its keys is no id; restore it from a copy");
    }
    return id;
  }
}
