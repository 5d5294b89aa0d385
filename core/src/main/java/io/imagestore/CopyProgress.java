package io.imagestore;

/** Is told how far a copy has come. */
@FunctionalInterface
public interface CopyProgress {

  /**
   * Some more images are in the destination, read back and compared.
   *
   * @param copied how many so far, those included that an earlier copy had brought
   * @param total how many the source held at the beginning
   */
  void copied(long copied, long total);
}
