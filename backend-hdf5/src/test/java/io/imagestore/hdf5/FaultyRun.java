package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.FaultyDisk;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A seeded sequence of writes to a store on a disk that fails, beside a model of what the store
 * must hold, and of the states that a loss of power may leave.
 */
final class FaultyRun {

  private static final Set<Operation> ALL = EnumSet.allOf(Operation.class);
  private static final List<Function<Path, ImageSource>> OPENINGS =
      List.of(Hdf5ImageStore::openReadOnly, Hdf5ImageStore::open, Hdf5ImageStore::openReadOnly);
  private static final String STORE = "store.h5";

  private final SplittableRandom random;
  private final Path folder;
  private final FaultyDisk disk;
  private final Layout layout;
  private final Hdf5Options options;
  private final boolean durable;
  private final String name;
  private ImageStore store;
  private Map<Long, LabeledImage> model = new TreeMap<>();

  /** Those that a loss of power may leave. */
  private final List<List<LabeledImage>> states = new ArrayList<>(List.of(List.of()));

  /** Whether anything was ever waited for; before that, a loss of power may leave no store. */
  private boolean promised;

  private int crashes;

  FaultyRun(Path folder, long seed, Durability durability) throws IOException {
    this.random = new SplittableRandom(seed);
    this.folder = folder;
    this.disk = new FaultyDisk(Files.createDirectories(folder.resolve("disk")), seed);
    this.durable = durability == Durability.COMMIT;
    this.name = durability + ", seed " + seed;
    this.layout = seed % 2 == 0 ? Layout.UNIFORM : Layout.MIXED;
    this.options =
        Hdf5Options.builder()
            .layout(layout)
            .chunkBytes(512 + random.nextInt(3000))
            .chunkRows(1 + random.nextInt(random.nextBoolean() ? 30 : 200))
            .deflateLevel(random.nextInt(3) == 0 ? 3 : 0)
            .durability(durability)
            .build();
    this.store = open();
  }

  private ImageStore open() {
    return new Hdf5ImageStoreProvider().open(path(), options, disk);
  }

  private Path path() {
    return folder.resolve("disk").resolve(STORE);
  }

  // What is done.

  /** Lets a random operation fail, once or from then on. */
  void letFail(int latest) {
    Set<Operation> operations = random.nextBoolean() ? ALL : Set.of(anyOf(ALL));
    Failure failure = random.nextBoolean() ? Failure.IO_ERROR : Failure.NO_SPACE;
    int nth = 1 + random.nextInt(latest);
    if (random.nextBoolean()) {
      disk.failOnce(operations, nth, failure);
    } else {
      disk.failFrom(operations, nth, failure);
    }
  }

  private <T> T anyOf(Set<T> all) {
    return all.stream().skip(random.nextInt(all.size())).findFirst().orElseThrow();
  }

  void run(int operations) throws IOException {
    for (int i = 0; i < operations; i++) {
      switch (random.nextInt(10)) {
        case 0 -> flush();
        case 1 -> reopen();
        case 2, 3, 4 -> delete();
        default -> put();
      }
      if (random.nextInt(4) == 0) {
        losePower();
      }
    }
  }

  private void put() {
    int count = random.nextBoolean() ? 1 : 1 + random.nextInt(40);
    List<LabeledImage> batch =
        TestImages.list(layout, random.nextInt(60), count, random.nextInt(1000));
    Map<Long, LabeledImage> after = new TreeMap<>(model);
    batch.forEach(image -> after.put(image.id(), image));
    write(after, () -> store.putBatch(batch));
  }

  private void delete() {
    long id = random.nextInt(100);
    if (!model.containsKey(id)) {
      assertThat(store.delete(id)).as(name).isFalse(); // nothing is written
      return;
    }
    Map<Long, LabeledImage> after = new TreeMap<>(model);
    after.remove(id);
    write(after, () -> store.delete(id));
  }

  private void write(Map<Long, LabeledImage> after, Runnable call) {
    try {
      call.run();
      model = after;
      promise(durable);
    } catch (ImageStoreException e) {
      assertFailed(e);
      if (e.getMessage().contains("whether this call is stored")) {
        assertThat(e).as(name).hasMessageNotContaining("the store is as it was");
        states.add(new ArrayList<>(after.values()));
        reopen(List.of(model, after));
      } else {
        assertHolds(store, "after a call that failed");
        if (saysOpenAgain(e)) {
          reopen();
        }
      }
    }
  }

  private static boolean saysOpenAgain(ImageStoreException e) {
    return e.getMessage().contains("open it again");
  }

  private void promise(boolean survives) {
    if (survives) {
      promised = true;
      states.clear();
    }
    states.add(new ArrayList<>(model.values()));
  }

  private void flush() {
    try {
      store.flush();
      promise(true);
    } catch (ImageStoreException e) {
      assertFailed(e);
      if (saysOpenAgain(e)) {
        reopen();
      }
    }
  }

  private void reopen() {
    reopen(List.of(model));
  }

  private void reopen(List<Map<Long, LabeledImage>> expected) {
    try {
      store.close();
      promise(promised || !model.isEmpty());
    } catch (ImageStoreException e) {
      assertFailed(e);
      assertThat(e).as(name).hasMessageContaining(STORE);
    }
    disk.assertNothingOpen();
    try {
      store = open();
    } catch (ImageStoreException e) {
      assertFailed(e);
      disk.assertNothingOpen();
      disk.heal();
      store = open();
    }
    List<LabeledImage> found = store.stream().toList();
    for (Map<Long, LabeledImage> each : expected) {
      if (found.equals(new ArrayList<>(each.values()))) {
        model = each;
      }
    }
    assertHolds(store, "opened again");
  }

  // What is checked.

  private void assertFailed(ImageStoreException e) {
    assertThat(disk.failures()).as("%s: why a call failed: %s", name, e).isPositive();
  }

  private void assertHolds(ImageSource opened, String when) {
    assertThat(opened.stream().toList())
        .as(name + ", " + when)
        .isEqualTo(new ArrayList<>(model.values()));
  }

  /** Looks at what a loss of power would leave now. */
  private void losePower() throws IOException {
    Path survivors = Files.createDirectories(folder.resolve("crash-" + crashes++));
    disk.crash(survivors, random.nextLong());
    Path left = survivors.resolve(STORE);
    if (!Files.exists(left)) {
      assertThat(promised).as(name + " lost its file").isFalse();
      return;
    }
    for (Function<Path, ImageSource> opening : OPENINGS) {
      try (ImageSource survivor = opening.apply(left)) {
        assertThat(survivor.stream().toList()).as(name + ", crash " + crashes).isIn(states);
      } catch (ImageStoreException e) {
        if (promised) {
          throw new AssertionError(name + ", crash " + crashes, e);
        }
        assertThat(e).hasMessageContaining(STORE);
      }
    }
  }

  /** Ends well, once nothing fails any more. */
  void end() throws IOException {
    disk.heal();
    reopen();
    assertThat(store.verify().isClean()).as(name).isTrue();
    store.put(TestImages.image(layout, 7, 7));
    store.close();
    disk.assertNothingOpen();
    try (Stream<Path> files = Files.list(folder.resolve("disk"))) {
      assertThat(files).as(name).containsExactly(path());
    }
  }

  int failures() {
    return disk.failures();
  }
}
