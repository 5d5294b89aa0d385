package io.imagestore.examples;

import static io.imagestore.cifar.CifarDownload.Archive.CIFAR_10_PYTHON;

import io.imagestore.LabeledImage;
import io.imagestore.cifar.Cifar10;
import io.imagestore.cifar.CifarDownload;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.timings.Environment;
import io.imagestore.examples.timings.TrainingSet;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the images come from.
 *
 * @param description what they are
 * @param synthetic whether they are made up
 * @param images the training images; to be consumed once
 */
record DataSource(String description, boolean synthetic, Stream<LabeledImage> images) {
  private static final long SEED = 2026;
  private static final int FEWEST_SYNTHETIC = 5;

  /** The data set in a folder or archive; one that was made up tells so by its label names. */
  static DataSource cifar10(Path directoryOrTarGz) {
    Cifar10 cifar = Cifar10.open(directoryOrTarGz);
    boolean synthetic = isSynthetic(cifar);
    return new DataSource(describe(directoryOrTarGz, synthetic), synthetic, cifar.train());
  }

  /** Whether a data set in CIFAR-10's form was made up: its label names tell. */
  static boolean isSynthetic(Cifar10 cifar) {
    return cifar.labelNames().stream().allMatch(name -> name.startsWith("synthetic"));
  }

  /** What a data set in a folder or archive is. */
  static String describe(Path directoryOrTarGz, boolean synthetic) {
    return (synthetic ? "SYNTHETIC images, not CIFAR-10, from " : "CIFAR-10 from ")
        + directoryOrTarGz;
  }

  /** CIFAR-10, fetched into a folder unless it is there already. */
  static DataSource downloaded(Path folder, Progress progress) {
    try (DownloadDisplay display = new DownloadDisplay("Downloading CIFAR-10", progress)) {
      return cifar10(CifarDownload.fromHome().fetch(CIFAR_10_PYTHON, folder, display));
    }
  }

  /** Made-up images, as many as are needed but no more than CIFAR-10 has. */
  static DataSource synthetic(int needed) {
    int count = Math.max(FEWEST_SYNTHETIC, Math.min(needed, SyntheticCifar.DEFAULT_TRAIN_IMAGES));
    return new DataSource(
        "SYNTHETIC images in CIFAR-10's shape, made up with the seed " + SEED + "; not CIFAR-10",
        true,
        SyntheticCifar.ofSize(count, 1, SEED).train().parallel());
  }

  /** Loads the training images, {@code limit} at most. */
  TrainingSet load(int limit, Progress progress) {
    try (Progress.Task task = progress.start("Loading images", limit)) {
      return TrainingSet.of(images.peek(image -> task.advance(1)), limit);
    }
  }

  /** What is to be told of them once they are loaded. */
  Environment.Data describe(TrainingSet set) {
    return new Environment.Data(
        description, synthetic, set.size(), set.shape().toString(), set.shape().byteCount());
  }
}
