package io.imagestore.lmdb;

/** A run of native memory that a transaction lends: valid until the transaction ends, or writes. */
class Slice {
  long address;
  long size;
}
