package io.imagestore.examples.training;

/**
 * What one run trains on, and how. A run that resumes another has the same.
 *
 * @param data what the images are
 * @param synthetic whether they are made up
 * @param backend which store they lie in
 * @param trainImages how many are trained on
 * @param testImages how many are tested with
 * @param classes how many classes they have
 * @param side the height and width that the network sees
 * @param batchSize images a batch
 * @param seed of the order, the augmentations and the first weights
 */
public record Run(
    String data,
    boolean synthetic,
    String backend,
    long trainImages,
    long testImages,
    int classes,
    int side,
    int batchSize,
    long seed) {}
