package io.imagestore.examples;

import io.imagestore.ImageStores;
import io.imagestore.cifar.CifarFormatException;
import io.imagestore.examples.progress.Progress;
import io.imagestore.examples.report.ReportFiles;
import io.imagestore.examples.report.TextTable;
import io.imagestore.examples.timings.Environment;
import io.imagestore.examples.timings.Experiment;
import io.imagestore.examples.timings.InstalledBackends;
import io.imagestore.examples.timings.Machine;
import io.imagestore.examples.timings.MemoryWatch;
import io.imagestore.examples.timings.RemovedFiles;
import io.imagestore.examples.timings.Result;
import io.imagestore.examples.timings.Settings;
import io.imagestore.examples.timings.Settling;
import io.imagestore.examples.timings.Timings;
import io.imagestore.examples.timings.TrainingSet;
import io.imagestore.examples.timings.WorkFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the backends and writes down what came out. */
@Command(
    name = "timings",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Times storing and reading of CIFAR-10 images with each backend, and writes a table, charts"
          + " and a report.",
      "Without --data or --download the images are made up (synthetic)."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:all went well", "1:an experiment or a check failed", "2:wrong usage"})
final class TimingsCommand implements Callable<Integer> {
  private static final int MOST_AT_ONCE = Integer.MAX_VALUE / (32 * 32 * 3);

  /** What opening with default options gives, as each backend documents it. */
  private static final Map<String, String> DURABILITY =
      Map.of(
          "disk", "outlasts a loss of power from flush or close on (FLUSH)",
          "lmdb", "outlasts a loss of power from each commit on (COMMIT)",
          "hdf5", "outlasts a loss of power from flush or close on (FLUSH)");

  private static final int MOST_WARM_UP_SECONDS = 3600;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--data",
      paramLabel = "DIR|TAR.GZ",
      description = "CIFAR-10, python or binary form, as a folder or as the archive it comes in.")
  private @Nullable Path data;

  @Option(
      names = "--download",
      description =
          "Fetch CIFAR-10 (170 MB) from its official address into the folder --data, by default"
              + " \"cifar-10\" in the folder --out. What is there already isn't fetched again.")
  private boolean download;

  @Option(
      names = "--backends",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "disk,lmdb,hdf5",
      description = "Which backends, in this order. Default: ${DEFAULT-VALUE}.")
  private List<String> backends = List.of();

  @Option(
      names = "--cutoffs",
      split = ",",
      paramLabel = "N",
      defaultValue = "10,100,1000,10000,100000",
      description = "How many images to store and read at once. Default: ${DEFAULT-VALUE}.")
  private List<Integer> cutoffs = List.of();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How often to make each measurement; the median counts. Default: ${DEFAULT-VALUE}.")
  private int repeat;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "The most threads to read with at once. Default: the processors, but at least 4.")
  private int threads = Math.max(4, Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "How long to run each backend before it counts. With 0, none is run for a moment before"
              + " each measurement either, nor is the file system given time to forget removed"
              + " files. Default: ${DEFAULT-VALUE}.")
  private double warmUp;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "timings",
      description =
          "Where the results go, and for the time being the stores: its disk is the one that is"
              + " measured. Default: ${DEFAULT-VALUE}.")
  private Path out = Path.of("timings");

  @Override
  public Integer call() throws Exception {
    Settings settings = settings();
    try (Progress progress = Progress.onConsole();
        WorkFolder folder = workFolder()) {
      Timings timings = measure(settings, folder, progress);
      Optional<String> missing = ReportFiles.write(timings, out);
      PrintWriter console = spec.commandLine().getOut();
      console.printf("%n%s%nReport: %s%n", TextTable.of(timings), out.resolve("report.html"));
      missing.ifPresent(console::println);
      console.flush();
    }
    return ExitCode.OK;
  }

  private Timings measure(Settings settings, WorkFolder folder, Progress progress)
      throws IOException, InterruptedException {
    Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try (MemoryWatch memory = MemoryWatch.begin()) {
      DataSource source = source(settings.mostImages(), progress);
      progress.note("Images: " + source.description());
      TrainingSet images = source.load(settings.mostImages(), progress);
      Settling settling = settings.warmsUp() ? new RemovedFiles(folder, progress) : Settling.NONE;
      List<Result> results =
          new Experiment(settings, new InstalledBackends(), images, folder, settling, progress)
              .run();
      Environment environment =
          new Environment(
              begin.toString(),
              Version.text(),
              Machine.ofThis(folder.root()),
              source.describe(images),
              durability(),
              settings.repeat(),
              settings.warmUp().toMillis() / 1e3,
              memory.peakHeapBytes(),
              memory.peakDirectBytes(),
              Duration.between(begin, Instant.now()).toMillis() / 1e3);
      return new Timings(environment, results);
    }
  }

  private Settings settings() {
    for (String backend : backends) {
      if (!ImageStores.backends().contains(backend)) {
        throw wrong(
            "unknown backend '%s' in --backends; there are %s"
                .formatted(backend, String.join(", ", ImageStores.backends())));
      }
    }
    checkNoneTwice("--backends", backends);
    for (int cutoff : cutoffs) {
      checkAtLeast("--cutoffs", 1, cutoff);
      if (cutoff > MOST_AT_ONCE) {
        throw wrong(
            "--cutoffs must be at most %d, which is what one buffer of 2 GiB holds, but has %d"
                .formatted(MOST_AT_ONCE, cutoff));
      }
    }
    checkNoneTwice("--cutoffs", cutoffs);
    if (data != null && !download && !Files.exists(data)) {
      throw wrong("there is no file or folder --data %s".formatted(data));
    }
    if (data != null && download && Files.exists(data) && !Files.isDirectory(data)) {
      throw wrong("with --download, --data must be a folder, but %s is a file".formatted(data));
    }
    checkAtLeast("--repeat", 1, repeat);
    checkAtLeast("--threads", 1, threads);
    if (!(warmUp >= 0 && warmUp <= MOST_WARM_UP_SECONDS)) {
      throw wrong(
          "--warm-up must be 0 to %d seconds, but is %s".formatted(MOST_WARM_UP_SECONDS, warmUp));
    }
    return new Settings(
        List.copyOf(backends),
        cutoffs.stream().sorted().toList(),
        repeat,
        threads,
        Duration.ofMillis(Math.round(warmUp * 1000)));
  }

  private void checkAtLeast(String option, int least, int value) {
    if (value < least) {
      throw wrong("%s must be at least %d, but is %d".formatted(option, least, value));
    }
  }

  private void checkNoneTwice(String option, List<?> values) {
    Set<Object> seen = new HashSet<>();
    for (Object value : values) {
      if (!seen.add(value)) {
        throw wrong("%s holds %s twice".formatted(option, value));
      }
    }
  }

  private WorkFolder workFolder() {
    try {
      Files.createDirectories(out);
      return WorkFolder.in(out);
    } catch (IOException e) {
      throw wrong("can't write into the folder --out %s: %s".formatted(out, Failures.oneLine(e)));
    }
  }

  private DataSource source(int needed, Progress progress) {
    if (download) {
      return DataSource.downloaded(data == null ? out.resolve("cifar-10") : data, progress);
    }
    if (data == null) {
      return DataSource.synthetic(needed);
    }
    try {
      return DataSource.cifar10(data);
    } catch (CifarFormatException e) {
      throw wrong("--data is not CIFAR-10: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Map<String, String> durability() {
    Map<String, String> durability = new LinkedHashMap<>();
    for (String backend : backends) {
      durability.put(
          backend, DURABILITY.getOrDefault(backend, "as the backend's documentation says"));
    }
    return durability;
  }
}
