package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.imagestore.Capability;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a store keeps to when its disk fails, and when the power does. A backend's test extends this
 * class if {@link ImageStoreProvider#open(Path, StoreOptions, io.imagestore.spi.StoreFiles)} takes
 * the files to use.
 *
 * <p>{@code -Dtrials=300} makes it look further than in a build, and try each kind of failure where
 * a build takes turns. A failure names the trial.
 */
@Timeout(3600)
public abstract class FaultyDiskContract {

  private static final int IN_A_BUILD = 60;
  private static final int TRIALS = Integer.getInteger("trials", IN_A_BUILD);

  /**
   * A build lets one operation in so many fail, up to as far on; which ones, see {@link #first}.
   */
  private static final int STEP = TRIALS > IN_A_BUILD ? 1 : 3;

  private static final int OPERATIONS = 12;
  private static final int GENERATIONS = 3;

  @TempDir Path folder;

  private Set<Capability> capabilities = Set.of();

  /** For subclasses. */
  protected FaultyDiskContract() {}

  /**
   * The backend under test.
   *
   * @return one that takes the files to use
   */
  protected abstract ImageStoreProvider provider();

  /**
   * Whether a new store under {@link Durability#FLUSH} waits for nothing until it is first flushed
   * or closed, so that a loss of power before may leave what is refused: with a {@link
   * CorruptStoreException} or an {@link UnsupportedStoreException}, and to be deleted. Of such a
   * store nothing counts as left. A backend documents that if it overrides this.
   *
   * @return false: a new store can be opened, however early the power fails
   */
  protected boolean mayBeRefusedBeforeItsFirstFlush() {
    return false;
  }

  /** What a new store declares. */
  @BeforeEach
  void askForCapabilities() {
    try (ImageStore store = provider().open(folder.resolve("new"), StoreOptions.defaults())) {
      capabilities = store.info().capabilities();
    }
  }

  // Faults.

  @ParameterizedTest
  @EnumSource(Operation.class)
  void whenOneOperationFailsEachCallIsStoredWhollyOrNotAtAll(Operation operation)
      throws IOException {
    failEach(operation, false);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void whenAllOperationsFailFromOneOnEachCallIsStoredWhollyOrNotAtAll(Operation operation)
      throws IOException {
    failEach(operation, true);
  }

  private void failEach(Operation operation, boolean lasting) throws IOException {
    for (Durability durability : Durability.values()) {
      boolean reached = true;
      int first = first(durability, lasting);
      int nth = first;
      for (; reached && nth <= TRIALS; nth += STEP) {
        for (Failure failure : failures(nth)) {
          reached = fails(operation, nth, lasting, durability, failure);
        }
      }
      if (operation == Operation.WRITE) {
        assertThat(nth).isGreaterThan(first + STEP); // of the other kinds a backend may have none
      }
    }
  }

  /** So that builds with several JDKs let each operation fail in some way. */
  private static int first(Durability durability, boolean lasting) {
    int turn = durability == Durability.COMMIT ? 1 : 0;
    turn += (lasting ? 2 : 0) + Runtime.version().feature();
    return 1 + turn % STEP;
  }

  /** Each kind, where there is time for that. */
  private static List<Failure> failures(int nth) {
    List<Failure> all = List.of(Failure.values());
    return TRIALS > IN_A_BUILD ? all : List.of(all.get(nth / STEP % all.size()));
  }

  /** Runs a trial; false if there was nothing left to fail. */
  private boolean fails(
      Operation operation, int nth, boolean lasting, Durability durability, Failure failure)
      throws IOException {
    Path root = folder.resolve(operation + "-" + nth + "-" + durability + "-" + failure);
    FaultTrial trial = new FaultTrial(root, durability, nth);
    try {
      return trial.run(operation, nth, lasting, failure);
    } catch (ImageStoreException | AssertionError e) {
      throw new AssertionError("in trial " + root.getFileName(), e);
    } finally {
      delete(root);
    }
  }

  /** One store whose disk fails at one place. */
  private final class FaultTrial {
    private final FaultyDisk disk;
    private final Path root;
    private final StoreOptions options;
    private final RandomOperations operations;
    private SortedMap<Long, LabeledImage> model = new TreeMap<>();

    /** What the store holds instead if the call is stored of which only opening again can tell. */
    private @Nullable SortedMap<Long, LabeledImage> perhaps;

    FaultTrial(Path root, Durability durability, long seed) throws IOException {
      this.root = Files.createDirectory(root);
      disk = new FaultyDisk(root, seed);
      options = StoreOptions.builder().durability(durability).build();
      operations = operationsOf(seed);
    }

    /** False if there was nothing left to fail. */
    boolean run(Operation kind, int nth, boolean lasting, Failure failure) throws IOException {
      if (lasting) {
        disk.failFrom(Set.of(kind), nth, failure);
      } else {
        disk.failOnce(Set.of(kind), nth, failure);
      }
      ImageStore store = openAgain();
      for (int operation = 0; operation < OPERATIONS; operation++) {
        if (apply(operation, store)) {
          closeFailing(store);
          store = openAgain();
        }
      }
      closeFailing(store);
      disk.heal();
      goOn();
      disk.assertNothingOpen();
      return disk.failures() > 0;
    }

    private ImageStore open() {
      return provider().open(root.resolve("store"), options, disk);
    }

    /** Opens it; should the disk fail in that, it is mended first. */
    private ImageStore openAgain() {
      ImageStore store;
      try {
        store = open();
      } catch (ImageStoreException e) {
        disk.heal();
        store = open();
      }
      SortedMap<Long, LabeledImage> content = contentOf(store);
      if (content.equals(perhaps)) {
        model = content;
      }
      perhaps = null;
      assertThat(content).isEqualTo(model);
      return store;
    }

    /** Makes a call; true if the store must be opened again. */
    private boolean apply(int operation, ImageStore store) {
      SortedMap<Long, LabeledImage> before = model;
      SortedMap<Long, LabeledImage> after = new TreeMap<>(before);
      boolean flush = operation % 5 == 3;
      if (!flush) {
        operations.apply(operation, after);
      }
      try {
        if (flush) {
          store.flush();
        } else {
          operations.apply(operation, store);
        }
        model = after;
        return false;
      } catch (ImageStoreException e) {
        String message = String.valueOf(e.getMessage());
        assertThat(disk.failures()).as("why a call failed: %s", e).isPositive();
        if (!flush && message.contains("whether this call is stored")) {
          assertThat(message).contains("open it again");
          perhaps = after;
          return true;
        }
        model = flush || isSaidUndone(message) ? before : after;
        assertThat(contentOf(store)).as(message).isEqualTo(model);
        return message.contains("open it again");
      }
    }

    private static boolean isSaidUndone(String message) {
      boolean undone = message.contains("the store is as it was before this call");
      if (!undone && !message.contains("this call is stored")) {
        fail("the message doesn't say whether the call is stored: " + message);
      }
      return undone;
    }

    /** Closing may fail, but gives everything back then too. */
    private void closeFailing(ImageStore store) {
      try {
        store.close();
      } catch (ImageStoreException e) {
        assertThat(disk.failures()).as("why closing failed: %s", e).isPositive();
      }
    }

    /** What is opened again is whole, takes more, and keeps its word. */
    private void goOn() throws IOException {
      Path survivors = root.resolveSibling(root.getFileName() + "-survivors");
      try (ImageStore store = open()) {
        assertThat(contentOf(store)).isEqualTo(model);
        assertClean(store);
        for (int operation = OPERATIONS; operation < OPERATIONS + 3; operation++) {
          operations.apply(operation, store);
          operations.apply(operation, model);
        }
        store.flush();
        assertClean(store);
        disk.crash(survivors, model.size());
      }
      try (ImageStore store = provider().open(survivors.resolve("store"), options)) {
        assertThat(contentOf(store)).isEqualTo(model);
        assertClean(store);
      }
      delete(survivors);
    }
  }

  // Losing power.

  @ParameterizedTest
  @EnumSource(Durability.class)
  void theLossOfPowerLeavesAStateThatWasPromised(Durability durability) throws IOException {
    for (int trial = 0; trial < Math.max(50, TRIALS); trial++) {
      String name = durability + "-" + trial;
      try {
        new PowerTrial(Files.createDirectory(folder.resolve(name)), durability, trial).run();
      } catch (ImageStoreException | AssertionError e) {
        throw new AssertionError("in trial " + name, e);
      }
      delete(folder.resolve(name));
    }
  }

  /** A store that loses its power several times. */
  private final class PowerTrial {
    private final Path root;
    private final long seed;
    private final SplittableRandom random;
    private final Durability durability;
    private final StoreOptions options;
    private final RandomOperations operations;
    private int operation;

    /** Whether a call has returned that makes the store survive. */
    private boolean promised;

    /** What the store may be found to hold, the last of them if all went well. */
    private final List<SortedMap<Long, LabeledImage>> states = new ArrayList<>();

    PowerTrial(Path root, Durability durability, long seed) {
      this.root = root;
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.durability = durability;
      options = StoreOptions.builder().durability(durability).build();
      operations = operationsOf(seed);
      states.add(new TreeMap<>());
    }

    void run() throws IOException {
      Path current = Files.createDirectory(root.resolve("0"));
      for (int generation = 1; generation <= GENERATIONS; generation++) {
        Path survivors = root.resolve(String.valueOf(generation));
        FaultyDisk disk = new FaultyDisk(current, seed);
        writeUntilThePowerFails(disk, current.resolve("store"), survivors);
        disk.assertNothingOpen();
        readOnly(survivors.resolve("store"));
        current = survivors;
      }
      try (ImageStore store = provider().open(current.resolve("store"), options)) {
        narrow(store);
        assertClean(store);
      }
    }

    /** It fails in the middle of something, between two calls, or after closing. */
    private void writeUntilThePowerFails(FaultyDisk disk, Path path, Path survivors)
        throws IOException {
      disk.failFrom(EnumSet.allOf(Operation.class), 1 + random.nextInt(150), Failure.IO_ERROR);
      boolean closedBefore = random.nextInt(4) == 0;
      long crash = random.nextLong();
      try {
        try (ImageStore store = provider().open(path, options, disk)) {
          narrow(store);
          int calls = random.nextInt(12);
          for (int i = 0; i < calls; i++) {
            call(store);
          }
          if (!closedBefore) {
            losePower(disk, survivors, crash);
          }
        }
        if (closedBefore) {
          settle();
        }
      } catch (ImageStoreException e) {
        assertThat(disk.failures()).as("why a call failed: %s", e).isPositive();
      }
      if (!Files.exists(survivors)) {
        losePower(disk, survivors, crash);
      }
    }

    private void losePower(FaultyDisk disk, Path survivors, long crash) throws IOException {
      disk.crash(survivors, crash);
      boolean mayBeRefused = mayBeRefusedBeforeItsFirstFlush() && durability == Durability.FLUSH;
      if (mayBeRefused && !promised) {
        Path tried = survivors.resolveSibling(survivors.getFileName() + "-tried");
        disk.crash(tried, crash);
        if (isRefused(tried.resolve("store"))) {
          delete(survivors.resolve("store"));
        }
      }
    }

    private boolean isRefused(Path path) {
      try (ImageStore store = provider().open(path, options)) {
        assertThat(contentOf(store)).isIn(states);
        return false;
      } catch (CorruptStoreException | UnsupportedStoreException e) {
        return true;
      }
    }

    private void call(ImageStore store) {
      boolean flush = random.nextInt(4) == 0;
      if (flush) {
        store.flush();
      } else {
        SortedMap<Long, LabeledImage> after = new TreeMap<>(states.get(states.size() - 1));
        operations.apply(operation, after);
        states.add(after); // even if the call fails: either may be found then
        operations.apply(operation++, store);
      }
      if (flush || durability == Durability.COMMIT) {
        settle();
      }
    }

    /** Only the last state may be found from now on. */
    private void settle() {
      promised = true;
      states.subList(0, states.size() - 1).clear();
    }

    /** Only the state that has been found may be found from now on. */
    private void narrow(ImageSource store) {
      SortedMap<Long, LabeledImage> found = contentOf(store);
      assertThat(found).isIn(states);
      states.clear();
      states.add(found);
    }

    private void readOnly(Path path) {
      if (provider().recognizes(path)) {
        try (ImageSource store = provider().openReadOnly(path, StoreOptions.defaults())) {
          narrow(store);
        }
      } else {
        assertThat(states).contains(new TreeMap<>());
        states.clear();
        states.add(new TreeMap<>());
      }
    }
  }

  private RandomOperations operationsOf(long seed) {
    int edge = seed % 3 == 0 ? 20 : 5;
    return new RandomOperations(seed, 24, 9, new ImageShape(edge, edge + 1, 3), capabilities);
  }

  private static SortedMap<Long, LabeledImage> contentOf(ImageSource store) {
    SortedMap<Long, LabeledImage> content = new TreeMap<>();
    try (Stream<LabeledImage> images = store.stream()) {
      images.forEach(image -> content.put(image.id(), image));
    }
    assertThat(store.size()).isEqualTo(content.size());
    return content;
  }

  private static void assertClean(ImageStore store) {
    assertThat(store.verify()).satisfies(report -> assertThat(report.isClean()).isTrue());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path each : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }
}
