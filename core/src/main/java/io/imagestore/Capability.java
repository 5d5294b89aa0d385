package io.imagestore;

/** In what stores differ. A store tells its own in {@link StoreInfo#capabilities}. */
public enum Capability {
  /** Images of different shapes and sample types may lie in one store. */
  MIXED_SHAPES,
  /** Encoded images are kept byte for byte. */
  ENCODED,
  /** Raw images may have more than four channels. */
  ANY_CHANNELS,
  /** Raw images may have {@link SampleType#UINT16} samples. */
  UINT16,
  /** Raw images may have {@link SampleType#FLOAT32} samples. */
  FLOAT32,
  /** Metadata is kept with the image. */
  METADATA,
  /** What is stored outlives the process. */
  PERSISTENT,
  /** Other processes may open the store to read while one writes. */
  READ_BY_OTHER_PROCESSES,
  /**
   * A reader that is already open sees what another process commits, without opening the store
   * again.
   */
  LIVE_READERS
}
