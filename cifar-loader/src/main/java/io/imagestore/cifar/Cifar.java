package io.imagestore.cifar;

import io.imagestore.internal.pickle.PickleLimits;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the two data sets have in common, and where they differ.
 *
 * @param title the data set's name
 * @param trainFiles the batches of the training set in their order, without endings
 * @param testFile the test set's batch, without ending
 * @param metaFile the python form's file of label names
 * @param labels an image's labels in the order of the binary form
 */
record Cifar(
    String title, List<String> trainFiles, String testFile, String metaFile, List<Labels> labels) {

  static final Cifar CIFAR_10 =
      new Cifar(
          "CIFAR-10",
          List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"),
          "test_batch",
          "batches.meta",
          List.of(new Labels("label", "labels", "label_names", "batches.meta", 10)));

  static final Cifar CIFAR_100 =
      new Cifar(
          "CIFAR-100",
          List.of("train"),
          "test",
          "meta",
          List.of(
              new Labels(
                  "coarse label", "coarse_labels", "coarse_label_names", "coarse_label_names", 20),
              new Labels(
                  "fine label", "fine_labels", "fine_label_names", "fine_label_names", 100)));

  static final int SIDE = 32;
  static final int CHANNELS = 3;
  static final int PIXEL_BYTES = SIDE * SIDE * CHANNELS;

  private static final int TRAIN_IMAGES = 50_000;

  /** A byte takes up to six characters as escaped text, which is held beside what it becomes. */
  private static final int MOST_HELD_A_BYTE = 8;

  /**
   * One of the labels that each image has.
   *
   * @param title what a person calls it
   * @param key where it stands in a batch of the python form
   * @param namesKey where its names stand in the python form's meta file
   * @param namesFile the binary form's file of its names, without the ending
   * @param classes how many there are, from 0 on
   */
  record Labels(String title, String key, String namesKey, String namesFile, int classes) {

    void require(int label, String file, long offset, long image) {
      if (label < 0 || label >= classes) {
        throw new CifarFormatException(
            file,
            offset,
            "expected the %s of image %d to be from 0 to %d but it is %d"
                .formatted(title, image, classes - 1, label));
      }
    }
  }

  List<String> batchFiles() {
    return Stream.concat(trainFiles.stream(), Stream.of(testFile)).toList();
  }

  /** All files that mean something in either form, without endings. */
  Set<String> files() {
    return Stream.of(batchFiles().stream(), Stream.of(metaFile), namesFiles())
        .flatMap(files -> files)
        .collect(Collectors.toSet());
  }

  /** The length of a record of the binary form. */
  int recordBytes() {
    return labels.size() + PIXEL_BYTES;
  }

  /** What the pickle of a batch of the data set's own size may make one hold, in any protocol. */
  long mostHeldBytes() {
    long images = TRAIN_IMAGES / trainFiles.size();
    return Math.min(PickleLimits.DEFAULT_MAX_HELD_BYTES, images * PIXEL_BYTES * MOST_HELD_A_BYTE);
  }

  Cifar other() {
    return equals(CIFAR_10) ? CIFAR_100 : CIFAR_10;
  }

  private Stream<String> namesFiles() {
    return labels.stream().map(Labels::namesFile);
  }
}
