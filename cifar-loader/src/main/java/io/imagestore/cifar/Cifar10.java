package io.imagestore.cifar;

import io.imagestore.LabeledImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CIFAR-10: images of 32×32 RGB in ten classes, by default 50,000 to train with and 10,000 to test.
 *
 * <p>Both forms are read, the python one (pickles) and the binary one, each told by its content and
 * not by its name. Pickles are read as data; nothing that they name is ever called, so a file from
 * anyone is safe to open. The formats are those of the data set's home page, {@code
 * https://www.cs.toronto.edu/~kriz/cifar.html}.
 *
 * <p>One batch file is open at a time, and of a folder's no more than 4 MB is held in memory; a
 * batch of an archive's python form is held as a whole (30 MB), and found by reading the archive up
 * to it, so that a pass over a {@code .tar.gz} takes several times as long as one over a folder.
 * Pickles that write the pixels as text are held as a whole from a folder too, at several times the
 * pixels' size while they are read: those of protocol 0, and those of protocols 1 and 2 that Python
 * 3 wrote. The data set's own files are of protocol 2, written by Python 2.
 *
 * <p>Immutable: any number of threads may use one, and each call gives a stream of its own.
 */
public final class Cifar10 {

  private static final Cifar.Labels LABELS = Cifar.CIFAR_10.labels().get(0);

  private final CifarSet set;

  private Cifar10(CifarSet set) {
    this.set = set;
  }

  /**
   * Finds the data set's files, checks that none is missing, and reads the label names.
   *
   * @param directoryOrTarGz a folder with the batch files, or with one folder that has them, or the
   *     data set's {@code .tar.gz}, which is never unpacked to disk
   * @return the data set
   * @throws CifarFormatException if a file is missing, empty or of a wrong length, if the label
   *     names can't be read, or if several folders inside hold batch files
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public static Cifar10 open(Path directoryOrTarGz) {
    return new Cifar10(CifarSet.open(directoryOrTarGz, Cifar.CIFAR_10));
  }

  /**
   * Reads one batch file, of either form. One of the python form is held in memory as a whole.
   *
   * @param batch the file's bytes, to the end
   * @return its images, ids from 0 on, labels 0 to 9; reading goes on as the stream is consumed,
   *     and throws as {@link #train()} does; closing it closes the input
   */
  public static Stream<LabeledImage> read(InputStream batch) {
    return CifarSet.images(batch, Cifar.CIFAR_10, LABELS);
  }

  /**
   * The training set, batch by batch in their order.
   *
   * @return images of 32×32×3, ids running from 0 on, labels 0 to 9. Reading goes on as the stream
   *     is consumed; it throws a {@link CifarFormatException} where a file turns out to be damaged,
   *     and an {@link io.imagestore.ImageStoreException} where reading fails. Close it, unless it
   *     is consumed to its end.
   */
  public Stream<LabeledImage> train() {
    return set.train(LABELS);
  }

  /**
   * The test set.
   *
   * @return as {@link #train()} gives them; the ids run from 0 on here too, so the two sets want
   *     stores of their own, or other ids
   */
  public Stream<LabeledImage> test() {
    return set.test(LABELS);
  }

  /**
   * What the labels mean.
   *
   * @return ten names; that of label 0 comes first
   */
  public List<String> labelNames() {
    return set.names(LABELS);
  }

  /**
   * The names of the files that the training images once were.
   *
   * @return one an image, at the index that is its id; empty where one of the batches has none, as
   *     those of the binary form do
   * @throws CifarFormatException if a batch is damaged
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public List<String> trainFileNames() {
    return set.trainFileNames();
  }

  /**
   * The names of the files that the test images once were.
   *
   * @return one an image, at the index that is its id; empty where one of the batches has none, as
   *     those of the binary form do
   * @throws CifarFormatException if the batch is damaged
   * @throws io.imagestore.ImageStoreException if reading fails
   */
  public List<String> testFileNames() {
    return set.testFileNames();
  }

  /** Where the data set lies. */
  @Override
  public String toString() {
    return "Cifar10[" + set.path() + "]";
  }
}
