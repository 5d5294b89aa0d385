package io.imagestore.examples.training;

/**
 * What came out of one epoch.
 *
 * @param epoch counted from 0
 * @param loss the mean cross entropy of the training images, each at the moment when it was trained
 *     on
 * @param trainAccuracy the share of them that the network told right, from 0 to 1
 * @param testAccuracy the share of the test images that it told right afterwards, from 0 to 1
 * @param seconds how long training and testing took
 * @param idsDigest of the ids of the images in the order in which they were trained on
 */
public record EpochResult(
    int epoch,
    double loss,
    double trainAccuracy,
    double testAccuracy,
    double seconds,
    String idsDigest) {}
