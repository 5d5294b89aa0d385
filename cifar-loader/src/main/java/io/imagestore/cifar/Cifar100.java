package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CIFAR-100: images of 32×32 RGB in a hundred classes, which belong to twenty coarse ones; by
 * default 50,000 to train with and 10,000 to test.
 *
 * <p>All that is said of forms, safety, memory and threads in {@link Cifar10} holds here too, but
 * that the one training batch of an archive's python form (154 MB) is streamed and never held.
 */
public final class Cifar100 {

  /** Which of an image's two labels is meant. */
  public enum Labels {
    /** One of a hundred classes, such as {@code oak_tree}. */
    FINE(1),
    /** One of twenty groups of classes, such as {@code trees}. */
    COARSE(0);

    private final int index;

    Labels(int index) {
      this.index = index;
    }

    Cifar.Labels kind() {
      return Cifar.CIFAR_100.labels().get(index);
    }
  }

  private final CifarSet set;
  private final Labels labels;

  private Cifar100(CifarSet set, Labels labels) {
    this.set = set;
    this.labels = labels;
  }

  /**
   * Opens the data set with its fine labels.
   *
   * @param directoryOrTarGz as in {@link Cifar10#open}
   * @return the data set
   * @throws CifarFormatException as {@link Cifar10#open} does
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public static Cifar100 open(Path directoryOrTarGz) {
    return open(directoryOrTarGz, Labels.FINE);
  }

  /**
   * Opens the data set with the labels of one's choice.
   *
   * @param directoryOrTarGz as in {@link Cifar10#open}
   * @param labels which label the images get
   * @return the data set
   * @throws CifarFormatException as {@link Cifar10#open} does
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public static Cifar100 open(Path directoryOrTarGz, Labels labels) {
    return new Cifar100(CifarSet.open(directoryOrTarGz, Cifar.CIFAR_100), labels);
  }

  /**
   * Reads one batch file, of either form. One of the python form is held in memory as a whole.
   *
   * @param batch the file's bytes, to the end
   * @param labels which label the images get
   * @return its images, as {@link Cifar10#read} gives them
   */
  public static Stream<LabeledImage> read(InputStream batch, Labels labels) {
    return CifarSet.images(batch, Cifar.CIFAR_100, labels.kind());
  }

  /**
   * The training set.
   *
   * @return as {@link Cifar10#train()} gives it, labels 0 to 99 where they are fine and 0 to 19
   *     where they are coarse
   */
  public Stream<LabeledImage> train() {
    return set.train(labels.kind());
  }

  /**
   * The test set.
   *
   * @return as {@link #train()} gives it, ids from 0 on here too
   */
  public Stream<LabeledImage> test() {
    return set.test(labels.kind());
  }

  /**
   * What the labels mean that the images get.
   *
   * @return a hundred names, or twenty where the labels are coarse; that of label 0 comes first
   */
  public List<String> labelNames() {
    return labelNames(labels);
  }

  /**
   * What the labels of one kind mean.
   *
   * @param kind which labels
   * @return a hundred names, or twenty where the labels are coarse; that of label 0 comes first
   */
  public List<String> labelNames(Labels kind) {
    return set.names(kind.kind());
  }

  /**
   * The names of the files that the training images once were.
   *
   * @return as {@link Cifar10#trainFileNames()} gives them
   * @throws CifarFormatException if a batch is damaged
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public List<String> trainFileNames() {
    return set.trainFileNames();
  }

  /**
   * The names of the files that the test images once were.
   *
   * @return as {@link Cifar10#testFileNames()} gives them
   * @throws CifarFormatException if the batch is damaged
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public List<String> testFileNames() {
    return set.testFileNames();
  }

  /** Where the data set lies, and which labels its images get. */
  @Override
  public String toString() {
    return "Cifar100[" + set.path() + ", " + labels + "]";
  }
}
