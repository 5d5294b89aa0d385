package io.imagestore;

/** What opening a store may do to what lies at its path. */
public enum OpenMode {
  /** Reads and writes; creates the store where there is none. */
  READ_WRITE,
  /** Reads only, and writes nothing, not even a lock file; there must be a store. */
  READ_ONLY,
  /** Reads and writes a new store; there must be nothing at the path, or an empty directory. */
  CREATE_NEW
}
