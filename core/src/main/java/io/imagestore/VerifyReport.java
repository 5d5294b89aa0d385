package io.imagestore;

import java.util.List;

/**
 * What {@link ImageStore#verify} found.
 *
 * @param imagesChecked how many images were read and checked, the damaged ones included
 * @param damages one entry for each damaged image, ascending by id
 */
public record VerifyReport(long imagesChecked, List<Damage> damages) {

  /**
   * Copies the list.
   *
   * @param imagesChecked how many images were read and checked
   * @param damages one entry for each damaged image
   */
  public VerifyReport {
    damages = List.copyOf(damages);
  }

  /**
   * Whether every image is whole.
   *
   * @return true if there is no damage
   */
  public boolean isClean() {
    return damages.isEmpty();
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
