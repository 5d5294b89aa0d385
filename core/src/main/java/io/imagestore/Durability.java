package io.imagestore;

/**
 * When a write also survives the loss of power. The death of the process is survived by every write
 * that has returned, and a batch is never stored in part, whichever is chosen.
 */
public enum Durability {
  /**
   * When the call returns: each {@code put}, {@code putBatch} and {@code delete} waits for the
   * device.
   */
  COMMIT,
  /**
   * After the next {@link ImageStore#flush} or {@link ImageStore#close}; later commits may be lost
   * with the power.
   */
  FLUSH
}
