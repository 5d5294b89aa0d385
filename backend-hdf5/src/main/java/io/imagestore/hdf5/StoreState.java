package io.imagestore.hdf5;

import java.io.Closeable;
import java.io.IOException;

/** The state of a store that is read from: the present one, whoever writes. Safe in any thread. */
interface StoreState extends Closeable {

  /** The present commit, for what is held in memory. */
  Commit commit();

  /**
   * The present commit, to read from.
   *
   * @throws IOException if the file has to be opened again for that, and can't be
   */
  HeldCommit hold() throws IOException;
}
