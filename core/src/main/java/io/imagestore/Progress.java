package io.imagestore;

/** Is told how far a long call has come, in the thread that called. */
@FunctionalInterface
public interface Progress {

  /** Tells nobody. */
  Progress NONE = (done, total) -> {};

  /**
   * Some more images are dealt with.
   *
   * @param done how many so far
   * @param total how many there were when the call began; 0 if a damaged store can't tell
   */
  void advanced(long done, long total);
}
