package io.imagestore;

/** In what backends differ. A store tells its own in {@link StoreInfo#capabilities}. */
public enum Capability {
  /** Images of different shapes may lie in one store. */
  MIXED_SHAPES,
  /** Images may have more than four channels. */
  ANY_CHANNELS,
  /** What is stored outlives the process. */
  PERSISTENT,
  /** Other processes may open the store read-only while one writes. */
  READ_BY_OTHER_PROCESSES,
  /**
   * A reader that is already open sees what another process commits, without opening the store
   * again.
   */
  LIVE_READERS
}
