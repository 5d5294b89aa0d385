package io.imagestore.examples.training;

import io.imagestore.ImageSource;
import io.imagestore.loader.Transform;
import java.util.List;

/**
 * Images to train on and to test with, from open stores.
 *
 * @param description what they are
 * @param synthetic whether they are made up
 * @param classes how many classes they have
 * @param side the height and width that the transforms leave
 * @param normalization how they become floats
 * @param train those to train on
 * @param test those to test with
 * @param augment what is done to those to train on
 * @param prepare what is done to those to test with
 */
public record TrainingImages(
    String description,
    boolean synthetic,
    int classes,
    int side,
    Normalization normalization,
    ImageSource train,
    ImageSource test,
    List<Transform> augment,
    List<Transform> prepare) {}
