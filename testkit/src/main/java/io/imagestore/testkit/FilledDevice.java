package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Capability;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The JVM that fills a small device with a store, time and again, and makes room on it. */
final class FilledDevice {

  private static final ImageShape SHAPE = new ImageShape(60, 60, 3);
  private static final int IDS = 1000;
  private static final int LARGEST_BATCH = 12;
  private static final int REFUSALS = 6;
  private static final int MOST_OPERATIONS = 10_000;
  private static final int OPERATIONS_WITH_ROOM = 20;
  private static final int MEBIBYTE = 1 << 20;

  private final ImageStoreProvider provider;
  private final Path folder;
  private final long seed;
  private final SortedMap<Long, LabeledImage> model = new TreeMap<>();
  private int operation;

  private FilledDevice(ImageStoreProvider provider, Path folder, long seed) {
    this.provider = provider;
    this.folder = folder;
    this.seed = seed;
  }

  /**
   * Prints one line once all is well.
   *
   * @param args provider class, an empty folder on the device, first seed, number of trials
   */
  public static void main(String[] args) throws IOException {
    long first = Long.parseLong(args[2]);
    int trials = Integer.parseInt(args[3]);
    for (long seed = first; seed < first + trials; seed++) {
      try {
        new FilledDevice(Providers.named(args[0]), Path.of(args[1]), seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("with -Dtrials=1 -Dseed=" + seed, e);
      }
    }
    System.out.println("whole after " + trials + " trials");
  }

  private void run() throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Path ballast = folder.resolve("ballast");
    Files.write(ballast, new byte[2 * MEBIBYTE + random.nextInt(3 * MEBIBYTE)]);
    Path path = folder.resolve("store");
    Durability durability = random.nextBoolean() ? Durability.COMMIT : Durability.FLUSH;
    StoreOptions options = StoreOptions.builder().durability(durability).build();
    try (ImageStore store = provider.open(path, options)) {
      Set<Capability> capabilities = store.info().capabilities();
      RandomOperations operations =
          new RandomOperations(seed, IDS, LARGEST_BATCH, SHAPE, capabilities);
      fill(store, operations);
      requireContent(store);
      Files.delete(ballast);
      for (int end = operation + OPERATIONS_WITH_ROOM; operation < end; operation++) {
        operations.apply(operation, store);
        operations.apply(operation, model);
      }
      requireContent(store);
    }
    try (ImageSource store = provider.openReadOnly(path, StoreOptions.defaults())) {
      requireContent(store);
      assertThat(store.verify().isClean()).isTrue();
    }
    FileTrees.delete(path);
  }

  /** Until the device has been full some times. What is refused isn't there in part. */
  private void fill(ImageStore store, RandomOperations operations) {
    int refusals = 0;
    for (; refusals < REFUSALS; operation++) {
      assertThat(operation).as("operations on a small device").isLessThan(MOST_OPERATIONS);
      try {
        operations.apply(operation, store);
        operations.apply(operation, model);
      } catch (StoreFullException e) {
        assertThat(e).hasMessageContaining("the store is as it was before this call");
        refusals++;
      }
    }
  }

  private void requireContent(ImageSource store) {
    assertThat(store.stream().toList()).isEqualTo(List.copyOf(model.values()));
  }
}
