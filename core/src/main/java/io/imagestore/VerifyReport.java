package io.imagestore;

import java.util.List;

/**
 * What {@link ImageSource#verify} found.
 *
 * @param imagesChecked how many images were read and checked, the damaged ones included
 * @param damages one entry for each damaged image, ascending by id
 * @param storeProblems what is wrong with the store beside its images, such as files that belong to
 *     none; a sentence each
 */
public record VerifyReport(long imagesChecked, List<Damage> damages, List<String> storeProblems) {

  /**
   * Copies the lists.
   *
   * @param imagesChecked how many images were read and checked
   * @param damages one entry for each damaged image
   * @param storeProblems a sentence each
   */
  public VerifyReport {
    damages = List.copyOf(damages);
    storeProblems = List.copyOf(storeProblems);
  }

  /**
   * Whether everything is whole.
   *
   * @return true if there is neither damage nor problem
   */
  public boolean isClean() {
    return damages.isEmpty() && storeProblems.isEmpty();
  }

  /**
   * The ids of the damaged images.
   *
   * @return ascending
   */
  public long[] damagedIds() {
    return damages.stream().mapToLong(Damage::id).toArray();
  }

  /**
   * One damaged image.
   *
   * @param id its id
   * @param problem what is wrong with it
   */
  public record Damage(long id, String problem) {}
}
