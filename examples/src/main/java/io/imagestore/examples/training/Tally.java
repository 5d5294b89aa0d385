package io.imagestore.examples.training;

import java.util.List;

/**
 * An epoch as far as it has come.
 *
 * @param images how many were trained on
 * @param loss the sum of their losses
 * @param right how many the network told right
 * @param seconds how long it took
 * @param idsDigest of their ids in their order
 */
record Tally(long images, double loss, long right, double seconds, String idsDigest) {

  static final Tally NOTHING = new Tally(0, 0, 0, 0, IdsDigest.NONE);

  /** With one more batch. */
  Tally plus(List<Long> ids, double meanLoss, long rightOnes, double secondsOfIt) {
    return new Tally(
        images + ids.size(),
        loss + meanLoss * ids.size(),
        right + rightOnes,
        seconds + secondsOfIt,
        IdsDigest.plus(idsDigest, ids));
  }

  /** Once all batches are in it. */
  EpochResult result(int epoch, double testAccuracy, double testSeconds) {
    double count = Math.max(images, 1);
    return new EpochResult(
        epoch, loss / count, right / count, testAccuracy, seconds + testSeconds, idsDigest);
  }
}
