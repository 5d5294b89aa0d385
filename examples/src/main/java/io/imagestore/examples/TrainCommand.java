package io.imagestore.examples;

import io.imagestore.ImageStores;
import io.imagestore.cifar.Cifar10;
import io.imagestore.cifar.CifarFormatException;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.report.TrainingReport;
import io.imagestore.examples.training.PhotoFolder;
import io.imagestore.examples.training.Training;
import io.imagestore.examples.training.TrainingImages;
import io.imagestore.examples.training.TrainingLog;
import io.imagestore.examples.training.TrainingStores;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a network from a store, and goes on where it was killed. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Trains a small convolutional network from a store on the processor, with PyTorch, and writes"
          + " a checkpoint now and then, training.json, charts and a report.",
      "Without --data or --photos the images are made up (synthetic)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "1:it failed", "2:wrong usage"})
final class TrainCommand implements Callable<Integer> {
  private static final long SYNTHETIC_SEED = 2026;
  private static final int FEWEST_SYNTHETIC = 5;
  private static final int SYNTHETIC_TESTS = 5; // a fifth of the training images
  private static final int MOST_SYNTHETIC = SYNTHETIC_TESTS * SyntheticCifar.MAX_IMAGES_PER_FILE;

  /** A file in the folder of stores, which says that it may be emptied. */
  private static final String MARK = ".imagestore-train";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      paramLabel = "DIR|TAR.GZ",
      description = "CIFAR-10, python or binary form, as a folder or as the archive it comes in.")
  private @Nullable Path data;

  @Option(
      names = "--photos",
      paramLabel = "FOLDER",
      description =
          "JPEG or PNG files of any size: a folder for each class, or files alone, of which each is"
              + " a class of its own.")
  private @Nullable Path photos;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "How many images to make up to train on, and a fifth of them to test with. Default:"
              + " ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "lmdb",
      description = "Which store to train from. Default: ${DEFAULT-VALUE}.")
  private String backend = "lmdb";

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many epochs there are to be in the end. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Of the order of the images, their augmentations and the first weights. Default:"
              + " ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      defaultValue = "50",
      description =
          "How many batches lie between two checkpoints; one follows each epoch, too. Default:"
              + " ${DEFAULT-VALUE}.")
  private int checkpointEvery;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "training",
      description =
          "Where the checkpoint and the results go, and the stores, in a folder \"stores\" that is"
              + " emptied first unless the run resumes. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("training");

  @Option(
      names = "--resume",
      description =
          "Go on from the checkpoint in --out with the very next images, or begin where there is"
              + " none. Takes the options of the run that was killed; --epochs may be more.")
  private boolean resume;

  @Override
  public Integer call() throws IOException {
    check();
    Data found = find(); // before the last run's stores are emptied
    boolean goesOn = resume && Files.exists(out.resolve(Training.CHECKPOINT));
    Path stores = storesFolder(goesOn);
    try (Progress progress = Progress.onConsole();
        TrainingStores opened = new TrainingStores(stores, backend, progress)) {
      if (resume && !goesOn) {
        progress.note("No checkpoint in " + out + ": beginning anew");
      }
      TrainingImages source = found.in(opened);
      progress.note("Images: " + source.description());
      TrainingLog log =
          new Training(source, backend, seed, out, checkpointEvery, progress).run(epochs, goesOn);
      Optional<String> missing = TrainingReport.write(log, Version.text(), out);
      PrintWriter console = spec.commandLine().getOut();
      console.printf("Report: %s%n", out.resolve("report.html"));
      missing.ifPresent(console::println);
      console.flush();
    }
    return ExitCode.OK;
  }

  private void check() {
    if (!ImageStores.backends().contains(backend)) {
      throw wrong(
          "unknown backend '%s' in --backend; there are %s"
              .formatted(backend, String.join(", ", ImageStores.backends())));
    }
    if (data != null && photos != null) {
      throw wrong("--data and --photos can't both be trained on");
    }
    if (data != null && !Files.exists(data)) {
      throw wrong("there is no file or folder --data %s".formatted(data));
    }
    if (photos != null && !Files.isDirectory(photos)) {
      throw wrong("there is no folder --photos %s".formatted(photos));
    }
    if (photos != null && whole(out).startsWith(whole(photos))) {
      throw wrong(
          "--out %s lies in --photos %s, and would become one of its classes"
              .formatted(out, photos));
    }
    if ((data != null || photos != null) && isGiven("--images")) {
      throw wrong("--images is for images that are made up, and not for --data or --photos");
    }
    checkAtLeast("--images", FEWEST_SYNTHETIC, images);
    if (images > MOST_SYNTHETIC) {
      throw wrong("--images must be at most %d, but is %d".formatted(MOST_SYNTHETIC, images));
    }
    checkAtLeast("--epochs", 1, epochs);
    checkAtLeast("--checkpoint-every", 1, checkpointEvery);
  }

  private static Path whole(Path path) {
    return path.toAbsolutePath().normalize();
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private void checkAtLeast(String option, int least, int value) {
    if (value < least) {
      throw wrong("%s must be at least %d, but is %d".formatted(option, least, value));
    }
  }

  /** Empty for a run that begins, as is then the checkpoint of an earlier one. */
  private Path storesFolder(boolean goesOn) {
    Path stores = out.resolve("stores");
    Path mark = stores.resolve(MARK);
    if (Files.exists(stores) && !Files.exists(mark)) {
      throw wrong(
          "%s was not made by train, which would empty it; give another --out".formatted(stores));
    }
    try {
      if (!goesOn) {
        Files.deleteIfExists(out.resolve(Training.CHECKPOINT));
        remove(stores);
      }
      Files.createDirectories(stores);
      Files.write(mark, new byte[0]);
      return stores;
    } catch (IOException e) {
      throw wrong("can't write into the folder --out %s: %s".formatted(out, Failures.oneLine(e)));
    }
  }

  /** Removes a folder with all that is in it, if it is there. */
  static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> deepestFirst;
      try (Stream<Path> files = Files.walk(folder)) {
        deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }

  /** What was found to train on, to be put into stores. */
  private interface Data {
    TrainingImages in(TrainingStores stores);
  }

  private Data find() throws IOException {
    if (photos != null) {
      Path folder = photos;
      PhotoFolder files = PhotoFolder.open(folder);
      return stores -> stores.photos(folder, files, seed);
    }
    if (data == null) {
      int tests = Math.max(1, images / SYNTHETIC_TESTS);
      SyntheticCifar cifar = SyntheticCifar.ofSize(images, tests, SYNTHETIC_SEED);
      String description =
          String.format(
              Locale.ROOT, "%,d SYNTHETIC images in CIFAR-10's shape; not CIFAR-10", images);
      return stores -> stores.synthetic(description, cifar);
    }
    try {
      Cifar10 cifar = Cifar10.open(data);
      boolean synthetic = DataSource.isSynthetic(cifar);
      String description = DataSource.describe(data, synthetic);
      return stores -> stores.cifar10(description, synthetic, cifar);
    } catch (CifarFormatException e) {
      throw wrong("--data is not CIFAR-10: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
