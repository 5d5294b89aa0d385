package io.imagestore.hdf5;

import java.io.Closeable;
import java.io.IOException;

/** The state of a store that is read from: the present one, whoever writes. Safe in any thread. */
interface StoreState extends Closeable {

  /** The present state, for what is held in memory. */
  Snapshot snapshot();

  /**
   * Reads what lies in the file, as often as it takes to read all of it from one state.
   *
   * @throws IOException if the file can't be read, or is damaged
   */
  <T> T read(Step<T> step) throws IOException;

  /** A piece of reading; it has no other effect than what it does anew each time. */
  interface Step<T> {
    T read(Snapshot snapshot) throws IOException;
  }
}
