package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CopyReport;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.Progress;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to when the process that writes to it is killed at a random moment: within a
 * call, while it opens the store, copies into it or repairs it. A backend's test extends this
 * class.
 *
 * <p>{@code -Dtrials=500} kills that often: three times of five a writer, else a copy or a repair.
 * {@code -Dseed} with the number that is printed does the same calls again, and kills about where
 * it did.
 */
@Timeout(7200)
public abstract class KillContract {

  private static final int TRIALS = Integer.getInteger("trials", 6);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  private static final int WRITERS = TRIALS * 3 / 5;
  private static final int COPIES = TRIALS / 5;
  private static final int REPAIRS = TRIALS / 5;

  private static final int KILLS_A_STORE = 12;
  private static final Duration TO_OPEN = Duration.ofSeconds(5);
  private static final List<String> STARTING_FAST =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final ImageShape SMALL = new ImageShape(9, 13, 3);
  private static final int IMAGES_TO_REPAIR = 200;
  private static final long BETWEEN_DAMAGES = 10;

  /** Large enough that a copy takes some batches. */
  private static final ImageShape LARGE = new ImageShape(300, 300, 3);

  private static final int IMAGES_TO_COPY = 80;

  private final SplittableRandom random = new SplittableRandom(SEED);

  @TempDir Path folder;

  /** For subclasses. */
  protected KillContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  /**
   * Damages one image of a closed store so that its pixels are others. By default finds its raw
   * bytes in one of the store's files and flips a bit; a backend that stores them otherwise
   * overrides this.
   *
   * @param store where the store lies
   * @param image as it was stored
   * @throws IOException if a file can't be changed
   */
  protected void damage(Path store, LabeledImage image) throws IOException {
    StoredPixels.damage(store, image);
  }

  @BeforeEach
  void tellTheSeed() {
    System.out.println(TRIALS + " kills with -Dseed=" + SEED); // before it can fail
  }

  // A writer.

  @Test
  void whenAWriterIsKilledNothingAcknowledgedIsLostAndNoBatchIsStoredInPart() {
    Victim victim = new Victim(folder.resolve("store"), random.nextLong());
    for (int kill = 0; kill < WRITERS; kill++) {
      if (kill % KILLS_A_STORE == KILLS_A_STORE - 1) {
        victim = new Victim(folder.resolve("store-" + kill), random.nextLong());
      }
      victim.writeUntilKilled();
      victim.writeOn();
    }
  }

  /** A store whose writers are killed, one after the other, and what it should hold. */
  private final class Victim {
    private final Path store;
    private final long seed;
    private final RandomOperations operations;
    private final SortedMap<Long, LabeledImage> model = new TreeMap<>();
    private int done;

    Victim(Path store, long seed) {
      this.store = store;
      this.seed = seed;
      try (ImageStore probe = provider().open(folder.resolve("new"), StoreOptions.defaults())) {
        operations = new RandomOperations(seed, probe.info().capabilities());
      }
    }

    void writeUntilKilled() {
      try (ChildJvm child = start(KilledWriter.class, store, seed, done)) {
        if (random.nextInt(5) == 0) {
          parkFor(random.nextInt(100_000_000)); // while it opens the store
        } else {
          for (int end = done + 1 + random.nextInt(40); done < end; ) {
            acknowledge(child.readLine());
          }
          parkFor(random.nextInt(3_000_000)); // somewhere within the next calls
        }
        child.kill().forEach(this::acknowledge);
      }
    }

    private void acknowledge(String line) {
      String expected = "done " + done;
      if (line.equals(expected)) {
        advance();
      } else {
        assertThat(expected).startsWith(line); // the last line may be cut
      }
    }

    private void advance() {
      operations.apply(done, model);
      done++;
    }

    void writeOn() {
      try (ImageStore survivor = openInTime(store)) {
        List<LabeledImage> found = ImageStoreContract.all(survivor);
        if (!found.equals(List.copyOf(model.values()))) {
          advance(); // the kill may have come between the end of a call and the word of it
        }
        assertThat(found).as("%s after %d calls", store, done).isEqualTo(expected());
        assertThat(survivor.verify().isClean()).isTrue();

        operations.apply(done, survivor);
        advance();
        assertThat(ImageStoreContract.all(survivor)).isEqualTo(expected());
      }
    }

    private List<LabeledImage> expected() {
      return new ArrayList<>(model.values());
    }
  }

  // A copy.

  @Test
  void whenACopyIsKilledItsImagesAreWholeAndTheNextCopyGoesOn() throws IOException {
    Path original = folder.resolve("original");
    try (ImageStore store = provider().open(original, StoreOptions.defaults())) {
      store.putBatch(SampleImages.stream(0, IMAGES_TO_COPY, LARGE, SEED));
    }
    long duration = nanosOf(KilledCopy.class, original, folder.resolve("copy"));
    for (int kill = 0; kill < COPIES; kill++) {
      Path copy = folder.resolve("copy-" + kill);
      List<String> told = killWithin(duration, KilledCopy.class, original, copy);
      copyOn(original, copy, told.isEmpty() ? 0 : Long.parseLong(told.get(told.size() - 1)));
      FileTrees.delete(copy);
    }
  }

  private void copyOn(Path original, Path copy, long acknowledged) {
    try (ImageSource source = provider().openReadOnly(original, StoreOptions.defaults());
        ImageStore survivor = openInTime(copy)) {
      long[] ids = survivor.ids();
      assertThat((long) ids.length).isGreaterThanOrEqualTo(acknowledged);
      assertThat(survivor.readImages(ids)).isEqualTo(source.readImages(ids));
      assertThat(survivor.verify().isClean()).isTrue();

      CopyReport report = ImageStores.copy(source, survivor, Progress.NONE);

      assertThat(report.present()).isEqualTo(ids.length);
      assertThat(ImageStoreContract.all(survivor)).isEqualTo(ImageStoreContract.all(source));
    }
  }

  // A repair.

  @Test
  void whenARepairIsKilledTheNextOneEndsItAndNoWholeImageIsTouched() throws IOException {
    Path original = Files.createDirectory(folder.resolve("original"));
    List<LabeledImage> images = SampleImages.list(0, IMAGES_TO_REPAIR, SMALL, SEED);
    List<LabeledImage> damaged =
        images.stream().filter(image -> image.id() % BETWEEN_DAMAGES == 0).toList();
    try (ImageStore store = provider().open(original.resolve("store"), StoreOptions.defaults())) {
      store.putBatch(images);
    }
    for (LabeledImage image : damaged) {
      damage(original.resolve("store"), image);
    }
    List<LabeledImage> whole = new ArrayList<>(images);
    whole.removeAll(damaged);

    Path first = folder.resolve("first");
    FileTrees.copy(original, first);
    long duration = nanosOf(KilledRepair.class, first.resolve("store"));
    for (int kill = 0; kill < REPAIRS; kill++) {
      Path root = folder.resolve("repair-" + kill);
      FileTrees.copy(original, root);
      killWithin(duration, KilledRepair.class, root.resolve("store"));
      repairOn(root.resolve("store"), whole);
      FileTrees.delete(root);
    }
  }

  private void repairOn(Path store, List<LabeledImage> whole) throws IOException {
    Set<Long> damaged =
        LongStream.range(0, IMAGES_TO_REPAIR)
            .filter(id -> id % BETWEEN_DAMAGES == 0)
            .boxed()
            .collect(Collectors.toSet());
    try (ImageStore survivor = openInTime(store)) {
      RepairReport report = survivor.repair(RepairPolicy.dropDamaged());

      assertThat(report.storeProblems()).isEmpty();
      for (long id : report.droppedIds()) {
        assertThat(damaged).contains(id);
      }
      assertThat(survivor.verify().isClean()).isTrue();
      assertThat(ImageStoreContract.all(survivor)).isEqualTo(whole);
      assertThat(laidAside(store)).isEqualTo(damaged);
      survivor.put(0, SampleImages.noise(SMALL, 1), 1);
      assertThat(survivor.size()).isEqualTo(whole.size() + 1L);
    }
  }

  private static Set<Long> laidAside(Path store) throws IOException {
    Set<Long> ids = new HashSet<>();
    Path list = store.resolveSibling(store.getFileName() + ".damaged").resolve("damages.jsonl");
    Matcher found = Pattern.compile("\"id\":(\\d+)").matcher(Files.readString(list));
    while (found.find()) {
      ids.add(Long.parseLong(found.group(1)));
    }
    return ids;
  }

  // Killing.

  private ChildJvm start(Class<?> main, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(provider().getClass().getName()));
    all.addAll(List.of(arguments));
    ChildJvm child = ChildJvm.start(STARTING_FAST, main, all.toArray());
    assertThat(child.readLine()).isEqualTo("begun");
    return child;
  }

  /** How long it takes unless it is killed. */
  private long nanosOf(Class<?> main, Object... arguments) {
    try (ChildJvm child = start(main, arguments)) {
      long begun = System.nanoTime();
      child.succeed();
      return System.nanoTime() - begun;
    }
  }

  /** Kills somewhere within the time; gives what was told by then. */
  private List<String> killWithin(long nanos, Class<?> main, Object... arguments) {
    try (ChildJvm child = start(main, arguments)) {
      parkFor(random.nextLong(nanos));
      return child.kill();
    }
  }

  /** Waits till it is time to kill, which no event tells. */
  private static void parkFor(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long rest = nanos; rest > 0; rest = end - System.nanoTime()) {
      LockSupport.parkNanos(rest);
    }
  }

  private ImageStore openInTime(Path store) {
    long begun = System.nanoTime();
    ImageStore open = provider().open(store, StoreOptions.defaults());
    assertThat(Duration.ofNanos(System.nanoTime() - begun))
        .as("opening what a kill left")
        .isLessThan(TO_OPEN);
    return open;
  }
}
