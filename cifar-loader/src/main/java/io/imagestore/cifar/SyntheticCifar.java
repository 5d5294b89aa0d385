package io.imagestore.cifar;

import io.imagestore.Image;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.spi.IoFailure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Made-up data in the shape of CIFAR-10, for measuring and trying out without a download.
 *
 * <p><b>Synthetic: no image shows anything real.</b> The label names, the images' file names, each
 * batch's own label and a {@code readme.txt} say so wherever the data goes.
 *
 * <p>Each of the ten classes is a wave of its own direction and length, of random phase, contrast
 * and colours that lean towards the class, under a weaker wave of any class and random texture. A
 * small convolutional network learns it; no single pixel tells the class. As PNG files the images
 * take what CIFAR's do, about 2.5 kB each at zlib's default level.
 *
 * <p>The same seed gives the same images on each machine, and image and id belong together: a
 * larger set begins with the smaller one's. Immutable, so any number of threads may use one.
 */
public final class SyntheticCifar {

  /** CIFAR-10's own number of training images. */
  public static final int DEFAULT_TRAIN_IMAGES = 50_000;

  /** CIFAR-10's own number of test images. */
  public static final int DEFAULT_TEST_IMAGES = 10_000;

  /** The most images that one file may hold, so that it stays readable with bounded memory. */
  public static final int MAX_IMAGES_PER_FILE = 200_000;

  private static final int BUFFER_BYTES = 1 << 16;

  private final int trainImages;
  private final int testImages;
  private final long seed;

  private SyntheticCifar(int trainImages, int testImages, long seed) {
    this.trainImages = trainImages;
    this.testImages = testImages;
    this.seed = seed;
  }

  /**
   * As many images as CIFAR-10 has.
   *
   * @param seed any number
   * @return the data, none of it made yet
   */
  public static SyntheticCifar standard(long seed) {
    return ofSize(DEFAULT_TRAIN_IMAGES, DEFAULT_TEST_IMAGES, seed);
  }

  /**
   * As many images as wanted.
   *
   * @param trainImages from 5, one a batch file, to 5 times {@link #MAX_IMAGES_PER_FILE}
   * @param testImages from 1 to {@link #MAX_IMAGES_PER_FILE}
   * @param seed any number
   * @return the data, none of it made yet
   * @throws IllegalArgumentException if a number of images is out of its range
   */
  public static SyntheticCifar ofSize(int trainImages, int testImages, long seed) {
    int files = Cifar.CIFAR_10.trainFiles().size();
    requireWithin("trainImages", trainImages, files, files * MAX_IMAGES_PER_FILE);
    requireWithin("testImages", testImages, 1, MAX_IMAGES_PER_FILE);
    return new SyntheticCifar(trainImages, testImages, seed);
  }

  private static void requireWithin(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + " but is " + value);
    }
  }

  /**
   * The training set, made as it is consumed, without files.
   *
   * @return images of 32×32×3, ids from 0 on, labels 0 to 9; may be made parallel; needs no closing
   */
  public Stream<LabeledImage> train() {
    return images(Part.TRAIN, trainImages);
  }

  /**
   * The test set, made as it is consumed, without files.
   *
   * @return as {@link #train()} gives it, ids from 0 on here too
   */
  public Stream<LabeledImage> test() {
    return images(Part.TEST, testImages);
  }

  /**
   * Names that say that nothing is real.
   *
   * @return {@code synthetic-0} to {@code synthetic-9}
   */
  public List<String> labelNames() {
    return IntStream.range(0, SyntheticImages.CLASSES).mapToObj(i -> "synthetic-" + i).toList();
  }

  /**
   * Writes the python form: five training batches, the test batch, {@code batches.meta} and {@code
   * readme.txt}, in pickles that Python 2 and 3 and {@link Cifar10} read as they read CIFAR-10's.
   *
   * @param directory where to; made where it is missing
   * @return the data set, opened
   * @throws ImageStoreException if one of the files is there already, which isn't replaced, or if
   *     writing fails
   */
  public Cifar10 writePythonForm(Path directory) {
    write(
        directory,
        () -> {
          for (BatchFile batch : batchFiles()) {
            try (BatchPickleWriter out =
                new BatchPickleWriter(create(directory.resolve(batch.name())))) {
              writePython(batch, out);
            }
          }
          try (OutputStream out = create(directory.resolve(Cifar.CIFAR_10.metaFile()))) {
            BatchPickleWriter.writeMeta(out, labelNames(), Cifar.PIXEL_BYTES, trainImages / 5);
          }
        });
    return Cifar10.open(directory);
  }

  /**
   * Writes the binary form: five training batches, the test batch, {@code batches.meta.txt} and
   * {@code readme.txt}.
   *
   * @param directory where to; made where it is missing
   * @return the data set, opened
   * @throws ImageStoreException if one of the files is there already, which isn't replaced, or if
   *     writing fails
   */
  public Cifar10 writeBinaryForm(Path directory) {
    write(
        directory,
        () -> {
          for (BatchFile batch : batchFiles()) {
            try (OutputStream out = create(directory.resolve(batch.name() + ".bin"))) {
              writeBinary(batch, out);
            }
          }
          Files.writeString(
              directory.resolve(Cifar.CIFAR_10.metaFile() + ".txt"),
              String.join("\n", labelNames()) + "\n",
              StandardOpenOption.CREATE_NEW);
        });
    return Cifar10.open(directory);
  }

  /** Writes the files of one form. */
  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  /** Train and test images have different seeds. */
  private enum Part {
    TRAIN("train", 0),
    TEST("test", 1);

    private final String title;
    private final int index;

    Part(String title, int index) {
      this.title = title;
      this.index = index;
    }
  }

  /** Which images a file holds. */
  private record BatchFile(String name, String label, Part part, int from, int to) {}

  private Stream<LabeledImage> images(Part part, int count) {
    SyntheticImages images = images(part);
    return IntStream.range(0, count)
        .mapToObj(
            id -> {
              byte[] planes = new byte[Cifar.PIXEL_BYTES];
              int label = images.draw(id, planes);
              Image image = Batch.image(planes);
              return new LabeledImage(id, image, label);
            });
  }

  private SyntheticImages images(Part part) {
    return new SyntheticImages(seed * 2 + part.index);
  }

  private List<BatchFile> batchFiles() {
    List<String> names = Cifar.CIFAR_10.trainFiles();
    List<BatchFile> files = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int from = (int) ((long) trainImages * i / names.size());
      int to = (int) ((long) trainImages * (i + 1) / names.size());
      String label = "synthetic training batch " + (i + 1) + " of " + names.size();
      files.add(new BatchFile(names.get(i), label, Part.TRAIN, from, to));
    }
    files.add(
        new BatchFile(
            Cifar.CIFAR_10.testFile(), "synthetic testing batch 1 of 1", Part.TEST, 0, testImages));
    return files;
  }

  private void write(Path directory, Writing writing) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("readme.txt"), readme(), StandardOpenOption.CREATE_NEW);
      writing.run();
    } catch (FileAlreadyExistsException e) {
      throw new ImageStoreException(
          "synthetic data replaces no file, but there is " + e.getFile() + "; name another folder",
          e);
    } catch (IOException e) {
      throw IoFailure.of("can't write synthetic data to " + directory, e);
    }
  }

  private String readme() {
    return String.format(
        Locale.ROOT,
        """
        SYNTHETIC DATA, in the format of CIFAR-10. It is not CIFAR-10.
        These images were made by a program (io.imagestore.cifar.SyntheticCifar), with seed %d.
        Results on them say nothing of results on real images.
        """,
        seed);
  }

  private static OutputStream create(Path file) throws IOException {
    return new BufferedOutputStream(
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), BUFFER_BYTES);
  }

  private void writePython(BatchFile batch, BatchPickleWriter out) throws IOException {
    SyntheticImages images = images(batch.part());
    byte[] planes = new byte[Cifar.PIXEL_BYTES];
    int count = batch.to() - batch.from();
    int[] labels = new int[count];
    List<String> fileNames = new ArrayList<>(count);
    out.beginPixels(count, Cifar.PIXEL_BYTES);
    for (int i = 0; i < count; i++) {
      int id = batch.from() + i;
      labels[i] = images.draw(id, planes);
      fileNames.add(String.format(Locale.ROOT, "synthetic_%s_%06d.png", batch.part().title, id));
      out.writePixels(planes);
    }
    out.end(labels, batch.label(), fileNames);
  }

  private void writeBinary(BatchFile batch, OutputStream out) throws IOException {
    SyntheticImages images = images(batch.part());
    byte[] planes = new byte[Cifar.PIXEL_BYTES];
    for (int id = batch.from(); id < batch.to(); id++) {
      out.write(images.draw(id, planes));
      out.write(planes);
    }
  }
}
