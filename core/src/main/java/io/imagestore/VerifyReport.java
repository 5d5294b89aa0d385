package io.imagestore;

import java.util.List;

/**
 * What {@link ImageStore#verify} found.
 *
 * @param imagesChecked how many images were read and checked, the damaged ones included
 * @param damages one entry for each damaged image, ascending by id
 * @param problems what is wrong with the store as a whole, such as a file that no image needs
 */
public record VerifyReport(long imagesChecked, List<Damage> damages, List<String> problems) {

  /**
   * Copies the lists.
   *
   * @param imagesChecked how many images were read and checked
   * @param damages one entry for each damaged image
   * @param problems what is wrong with the store as a whole
   */
  public VerifyReport {
    damages = List.copyOf(damages);
    problems = List.copyOf(problems);
  }

  /**
   * Whether every image is whole, and the store too.
   *
   * @return true if there is no damage and no problem
   */
  public boolean isClean() {
    return damages.isEmpty() && problems.isEmpty();
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
