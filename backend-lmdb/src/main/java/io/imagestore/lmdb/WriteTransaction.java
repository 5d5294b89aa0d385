package io.imagestore.lmdb;

import java.nio.file.Path;
import org.lmdbjava.Txn;

/** A transaction that writes, with the trees that it may write to. */
final class WriteTransaction {

  private final Databases databases;
  private final Txn<Slice> txn;
  private final WriteTree pixels;
  private final WriteTree index;
  private final WriteTree pending;
  private final WriteTree staged;

  /**
   * A transaction that has just begun.
   *
   * @param before the state that it builds upon
   */
  WriteTransaction(Databases databases, Txn<Slice> txn, Snapshot before, Path store) {
    this.databases = databases;
    this.txn = txn;
    Pages pages = before.pages();
    Trees trees = before.trees();
    this.pixels = new WriteTree(databases.pixels(), txn, pages, trees.pixels(), store);
    this.index = new WriteTree(databases.index(), txn, pages, trees.index(), store);
    this.pending = new WriteTree(databases.pending(), txn, pages, trees.pending(), store);
    this.staged = new WriteTree(databases.staged(), txn, pages, trees.staged(), store);
  }

  WriteTree pixels() {
    return pixels;
  }

  WriteTree index() {
    return index;
  }

  WriteTree pending() {
    return pending;
  }

  WriteTree staged() {
    return staged;
  }

  void putHeader(String header) {
    databases.putHeader(txn, header);
  }
}
