package io.imagestore;

import java.util.List;

/**
 * What a copy did.
 *
 * @param copied how many images it wrote
 * @param present how many the destination had already, equal to the source's
 * @param decoded how many encoded images lie decoded in the destination, because it keeps raw
 *     pixels only; whether this copy wrote them or an earlier one
 * @param withoutMetadata how many images lost their metadata, because the destination keeps none
 * @param damages the source's damaged images, which were left out
 */
public record CopyReport(
    long copied,
    long present,
    long decoded,
    long withoutMetadata,
    List<VerifyReport.Damage> damages) {

  /**
   * Copies the list.
   *
   * @param copied how many images it wrote
   * @param present how many the destination had already
   * @param decoded how many encoded images lie decoded in the destination
   * @param withoutMetadata how many images lost their metadata
   * @param damages the source's damaged images
   */
  public CopyReport {
    damages = List.copyOf(damages);
  }
}
