package io.imagestore;

/** What opening a store for writing expects to find. */
public enum OpenMode {
  /** A store, or nothing: then it is created. */
  READ_WRITE,
  /** Nothing, or an empty directory: the store is created. */
  CREATE_NEW
}
