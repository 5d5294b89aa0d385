package io.imagestore;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@link ImageStore#repair} did.
 *
 * @param imagesChecked how many images were read and checked, the damaged ones included
 * @param dropped the damaged images, which are no longer in the store, ascending by id
 * @param mended what else was wrong and isn't any more; a sentence each
 * @param storeProblems what is still wrong with the store beside its images; a sentence each
 */
public record RepairReport(
    long imagesChecked, List<Dropped> dropped, List<String> mended, List<String> storeProblems) {

  /**
   * Copies the lists.
   *
   * @param imagesChecked how many images were read and checked
   * @param dropped the damaged images
   * @param mended a sentence each
   * @param storeProblems a sentence each
   */
  public RepairReport {
    dropped = List.copyOf(dropped);
    mended = List.copyOf(mended);
    storeProblems = List.copyOf(storeProblems);
  }

  /**
   * Whether there was nothing to do.
   *
   * @return true if the store was whole before
   */
  public boolean wasClean() {
    return dropped.isEmpty() && mended.isEmpty() && storeProblems.isEmpty();
  }

  /**
   * The ids of the images that were dropped.
   *
   * @return ascending
   */
  public long[] droppedIds() {
    return dropped.stream().mapToLong(Dropped::id).toArray();
  }

  /**
   * One damaged image.
   *
   * @param id its id
   * @param problem what is wrong with it
   * @param file where its bytes were laid, as far as they could be read; empty if nothing could
   */
  public record Dropped(long id, String problem, Optional<Path> file) {}
}
