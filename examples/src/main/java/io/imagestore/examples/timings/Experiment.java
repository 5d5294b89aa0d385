package io.imagestore.examples.timings;

import static io.imagestore.examples.timings.Operation.READ_MANY;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL;
import static io.imagestore.examples.timings.Operation.READ_PARALLEL_WHILE_WRITING;
import static io.imagestore.examples.timings.Operation.READ_SINGLE;
import static io.imagestore.examples.timings.Operation.STORE_MANY;
import static io.imagestore.examples.timings.Operation.STORE_SINGLE;

import io.imagestore.examples.progress.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole experiment: every backend does the same work, one after the other. Garbage is collected
 * before each cell, so that none pays for another's. That gives memory back to the operating
 * system, so after it each cell is run for a moment without counting, where there is a warm-up at
 * all.
 */
public final class Experiment {
  private static final int WARM_UP_IMAGES = 1000;
  private static final int MOST_UNCOUNTED_IMAGES = 10_000;
  private static final Duration UNCOUNTED = Duration.ofMillis(500);

  private final Settings settings;
  private final StoreOpener opener;
  private final TrainingSet images;
  private final WorkFolder folder;
  private final Settling settling;
  private final Progress progress;
  private final Map<String, FirstUse> firstUses = new HashMap<>();
  private final List<Result> results = new ArrayList<>();

  /**
   * An experiment.
   *
   * @param settings what to measure
   * @param opener opens the stores
   * @param images what is stored
   * @param folder where
   * @param settling is waited for before each store is timed
   * @param progress is told of each step
   */
  public Experiment(
      Settings settings,
      StoreOpener opener,
      TrainingSet images,
      WorkFolder folder,
      Settling settling,
      Progress progress) {
    this.settings = settings;
    this.opener = opener;
    this.images = images;
    this.folder = folder;
    this.settling = settling;
    this.progress = progress;
  }

  /**
   * Measures everything.
   *
   * @return the results in the order in which they were made
   * @throws CheckFailedException when a store gave back anything but what it was given
   * @throws io.imagestore.ImageStoreException when a store fails
   */
  public List<Result> run() throws InterruptedException {
    for (String backend : settings.backends()) {
      warmUp(backend);
    }
    for (String backend : settings.backends()) {
      storeAndRead(backend, 1, STORE_SINGLE, READ_SINGLE);
    }
    for (int cutoff : settings.cutoffs()) {
      for (String backend : settings.backends()) {
        storeAndRead(backend, cutoff, STORE_MANY, READ_MANY);
      }
    }
    for (Operation operation : List.of(READ_PARALLEL, READ_PARALLEL_WHILE_WRITING)) {
      for (int threads : settings.threadCounts()) {
        for (String backend : settings.backends()) {
          readParallel(backend, operation, threads);
        }
      }
    }
    return List.copyOf(results);
  }

  /** The first use is measured apart: it loads classes and libraries. */
  private void warmUp(String backend) {
    long millis = settings.warmUp().toMillis();
    try (Progress.Task task = progress.start(backend + ": warming up", Math.max(1, millis))) {
      Bench bench = quietBench(backend);
      StoreAndRead first = new StoreAndRead(bench, 1);
      firstUses.put(backend, new FirstUse(first.store().stored(), first.read()));
      first.remove();
      long start = System.nanoTime();
      for (long done = 0; done < millis; ) {
        storeAndReadOnce(bench, 1);
        storeAndReadOnce(bench, Math.min(WARM_UP_IMAGES, settings.mostImages()));
        long now = (System.nanoTime() - start) / 1_000_000;
        task.advance(now - done);
        done = now;
      }
    }
  }

  private Bench quietBench(String backend) {
    return new Bench(backend, opener, images, folder, Progress.Task.SILENT);
  }

  private static void storeAndReadOnce(Bench bench, int count) {
    StoreAndRead round = new StoreAndRead(bench, count);
    round.store();
    round.read();
    round.remove();
  }

  private void storeAndRead(String backend, int count, Operation store, Operation read)
      throws InterruptedException {
    settling.await();
    System.gc();
    String name = name(backend, "store, read", count);
    try (Progress.Task task = progress.start(name, 2L * count * settings.repeat())) {
      if (settings.warmsUp()) {
        storeAndReadUncounted(backend, Math.min(count, MOST_UNCOUNTED_IMAGES));
      }
      Bench bench = new Bench(backend, opener, images, folder, task);
      Samples stored = new Samples();
      Samples closed = new Samples();
      Samples readBack = new Samples();
      long bytes = 0;
      for (int i = 0; i < settings.repeat(); i++) {
        StoreAndRead round = new StoreAndRead(bench, count);
        StoreAndRead.Seconds storing = round.store();
        stored.add(storing.stored());
        closed.add(storing.closed());
        readBack.add(round.read());
        bytes = round.bytes();
        round.remove();
      }
      FirstUse first = count == 1 ? firstUses.get(backend) : null;
      results.add(
          result(store, backend, count, 1, stored, bytes, first == null ? null : first.store())
              .closedAfter(closed.median()));
      results.add(
          result(read, backend, count, 1, readBack, bytes, first == null ? null : first.read()));
      task.done(
          "stored in %s, closed after %s, read in %s"
              .formatted(
                  Units.time(stored.median()),
                  Units.time(closed.median()),
                  Units.time(readBack.median())));
    }
  }

  private void storeAndReadUncounted(String backend, int count) {
    Bench bench = quietBench(backend);
    long start = System.nanoTime();
    do {
      storeAndReadOnce(bench, count);
    } while (System.nanoTime() - start < UNCOUNTED.toNanos());
  }

  private void readParallel(String backend, Operation operation, int threads)
      throws InterruptedException {
    System.gc();
    int count = settings.mostImages();
    boolean besideWriter = operation == READ_PARALLEL_WHILE_WRITING;
    String what = threads + (threads == 1 ? " thread" : " threads");
    String name = name(backend, what + (besideWriter ? " beside a writer" : ""), count);
    try (Progress.Task task = progress.start(name, count * (1L + settings.repeat()))) {
      Bench bench = new Bench(backend, opener, images, folder, task);
      try (ParallelRead reading = new ParallelRead(bench, count, threads, besideWriter)) {
        reading.store();
        long bytes = reading.bytes();
        Samples samples = new Samples();
        for (int i = 0; i < settings.repeat(); i++) {
          samples.add(reading.read(i));
        }
        Result result = result(operation, backend, count, threads, samples, bytes, null);
        results.add(besideWriter ? result.beside(reading.writerImagesPerSecond()) : result);
        task.done("%s images/s".formatted(Units.rate(result.imagesPerSecond())));
      }
    }
  }

  private Result result(
      Operation operation,
      String backend,
      int count,
      int threads,
      Samples samples,
      long bytes,
      @Nullable Double firstUse) {
    return new Result(
        operation,
        backend,
        count,
        samples.median(),
        bytes,
        samples.median(),
        samples.min(),
        samples.max(),
        samples.all(),
        count / samples.median(),
        threads,
        settings.warmsUp(),
        operation.reads() ? true : null,
        firstUse,
        null,
        null);
  }

  private static String name(String backend, String what, int count) {
    return "%-6s %-27s %,9d".formatted(backend, what, count);
  }

  /** The seconds of a backend's very first store and read. */
  private record FirstUse(double store, double read) {}
}
