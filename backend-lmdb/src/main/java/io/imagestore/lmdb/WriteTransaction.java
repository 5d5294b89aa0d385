package io.imagestore.lmdb;

import java.nio.file.Path;
import org.lmdbjava.Txn;

/** A transaction that writes, with the trees that it may write to. */
final class WriteTransaction {

  private final Databases databases;
  private final Txn<Slice> txn;
  private final WriteTree images;
  private final WriteTree index;
  private final WriteTree metadata;
  private final WriteTree pending;
  private final WriteTree staged;
  private final WriteTree stagedMetadata;

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
    this.images = new WriteTree(databases.images(), txn, pages, trees.images(), store);
    this.index = new WriteTree(databases.index(), txn, pages, trees.index(), store);
    this.metadata = new WriteTree(databases.metadata(), txn, pages, trees.metadata(), store);
    this.pending = new WriteTree(databases.pending(), txn, pages, trees.pending(), store);
    this.staged = new WriteTree(databases.staged(), txn, pages, trees.staged(), store);
    this.stagedMetadata =
        new WriteTree(databases.stagedMetadata(), txn, pages, trees.stagedMetadata(), store);
  }

  WriteTree images() {
    return images;
  }

  WriteTree index() {
    return index;
  }

  WriteTree metadata() {
    return metadata;
  }

  WriteTree pending() {
    return pending;
  }

  WriteTree staged() {
    return staged;
  }

  WriteTree stagedMetadata() {
    return stagedMetadata;
  }

  void putHeader(String header) {
    databases.putHeader(txn, header);
  }
}
