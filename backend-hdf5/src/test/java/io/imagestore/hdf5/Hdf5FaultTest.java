package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FaultyDisk;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store on a disk that fails. {@code -Dtrials=1000} tries longer, {@code -Dseed=} others; what
 * fails tells its seed.
 */
final class Hdf5FaultTest {

  private static final int TRIALS = Integer.getInteger("trials", 30);
  private static final int SEED = Integer.getInteger("seed", 0);

  private static final ImageStoreProvider PROVIDER = new Hdf5ImageStoreProvider();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aCallThatFailsIsStoredWhollyOrNotAtAllAndNothingElseIsTouched(Durability durability)
      throws IOException {
    int failures = 0;
    for (int seed = SEED; seed < SEED + TRIALS; seed++) {
      FaultyRun run = new FaultyRun(folder.resolve("run"), seed, durability);
      for (int fault = 0; fault < 3; fault++) {
        run.letFail(fault == 0 ? 300 : 40);
        run.run(8);
      }
      run.end();
      failures += run.failures();
      delete(folder.resolve("run"));
    }
    assertThat(failures).isGreaterThanOrEqualTo(TRIALS / 2);
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void aLossOfPowerLeavesWhatWasPromised(Durability durability) throws IOException {
    for (int seed = SEED; seed < SEED + TRIALS; seed++) {
      FaultyRun run = new FaultyRun(folder.resolve("run"), seed, durability);
      run.run(20);
      run.end();
      delete(folder.resolve("run"));
    }
  }

  @Test
  void wheneverThePowerFailsWhileAStoreThatWaitsIsMadeItCanBeOpenedAfterwards() throws IOException {
    StoreOptions waiting = StoreOptions.builder().durability(Durability.COMMIT).build();
    for (int seed = 0; seed < 60; seed++) {
      Path disk = Files.createDirectories(folder.resolve("disk-" + seed));
      FaultyDisk files = new FaultyDisk(disk, seed);
      files.failFrom(EnumSet.allOf(Operation.class), 1 + seed % 15, Failure.IO_ERROR);
      try (ImageStore store = PROVIDER.open(disk.resolve("store.h5"), waiting, files)) {
        assertThat(store.size()).isZero();
      } catch (ImageStoreException e) {
        assertThat(e).hasMessageContaining("Input/output error");
      }
      for (int crash = 0; crash < 25; crash++) {
        Path survivors = folder.resolve("survivors-" + seed + "-" + crash);
        files.crash(survivors, crash);

        try (ImageStore store = PROVIDER.open(survivors.resolve("store.h5"), waiting)) {
          assertThat(store.size()).as("seed %d, crash %d", seed, crash).isZero();
        }
      }
    }
  }

  @Test
  void aFirstFlushThatFailsLosesNothing() throws IOException {
    List<LabeledImage> images = SampleImages.list(0, 20, new ImageShape(4, 4, 3), 1);
    for (int nth = 1; nth <= 12; nth++) {
      Path path = Files.createDirectories(folder.resolve("disk-" + nth)).resolve("store.h5");
      FaultyDisk disk = new FaultyDisk(path.getParent(), nth);
      ImageStore store = PROVIDER.open(path, StoreOptions.defaults(), disk);
      store.putBatch(images);
      disk.failOnce(EnumSet.allOf(Operation.class), nth, Failure.IO_ERROR);
      flushAndClose(store);
      disk.heal();

      try (ImageStore again = PROVIDER.open(path, StoreOptions.defaults(), disk)) {
        assertThat(again.stream().toList()).as("operation " + nth).isEqualTo(images);
      }
      disk.assertNothingOpen();
    }
  }

  private static void flushAndClose(ImageStore store) {
    try (store) {
      store.flush();
    } catch (ImageStoreException e) {
      assertThat(e).hasMessageContaining("Input/output error");
    }
  }

  @Test
  void afterTheDeviceCouldNotBeWaitedForNothingIsWrittenUntilTheStoreIsOpenedAgain()
      throws IOException {
    Path path = Files.createDirectories(folder.resolve("disk")).resolve("store.h5");
    FaultyDisk disk = new FaultyDisk(path.getParent(), 1);
    List<LabeledImage> images = SampleImages.list(0, 20, new ImageShape(4, 4, 3), 1);
    ImageStore store = PROVIDER.open(path, StoreOptions.defaults(), disk);
    store.putBatch(images);
    disk.failOnce(Set.of(Operation.SYNC), 1, Failure.IO_ERROR);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::flush)
        .withMessageContaining("open it again");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> put(store, images.get(0)))
        .withMessageContaining("open it again");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::flush)
        .withMessageContaining("open it again");
    assertThat(store.stream().toList()).isEqualTo(images);
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);
    try (ImageStore again = PROVIDER.open(path, StoreOptions.defaults(), disk)) {
      put(again, images.get(0));
      assertThat(again.stream().toList()).isEqualTo(images);
    }
  }

  /** No call that comes later is told that it may be stored. */
  @Test
  void afterACheckpointThatMayBeInTheJournalOrNotTheStoreHasToBeOpenedAgain() throws IOException {
    Path path = Files.createDirectories(folder.resolve("disk")).resolve("store.h5");
    FaultyDisk disk = new FaultyDisk(path.getParent(), 1);
    List<LabeledImage> images = SampleImages.list(0, 21, new ImageShape(4, 4, 3), 1);
    ImageStore store = PROVIDER.open(path, StoreOptions.defaults(), disk);
    store.putBatch(images.subList(0, 10));
    store.flush();
    store.putBatch(images.subList(10, 20));
    disk.failFrom(Set.of(Operation.WRITE, Operation.TRUNCATE), 1, Failure.IO_ERROR);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::flush)
        .withMessageContaining("open it again");
    disk.heal();
    disk.failOnce(Set.of(Operation.WRITE), 1, Failure.NO_SPACE);
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> put(store, images.get(20)))
        .withMessageContaining("open it again")
        .withMessageNotContaining("whether this call is stored");
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);
    disk.heal();
    try (ImageStore again = PROVIDER.open(path, StoreOptions.defaults(), disk)) {
      assertThat(again.stream().toList()).isEqualTo(images.subList(0, 20));
    }
  }

  /** The wait fails, and the record that is taken out again may be on the device. */
  @Test
  void aCommitThatCouldNotBeWaitedForIsNotSaidToBeTakenBack() throws IOException {
    StoreOptions waiting = StoreOptions.builder().durability(Durability.COMMIT).build();
    List<LabeledImage> images = SampleImages.list(0, 3, new ImageShape(4, 4, 3), 1);
    Path path = Files.createDirectories(folder.resolve("disk")).resolve("store.h5");
    FaultyDisk disk = new FaultyDisk(path.getParent(), 1);
    ImageStore store = PROVIDER.open(path, waiting, disk);
    put(store, images.get(0));
    put(store, images.get(1));
    disk.failOnce(Set.of(Operation.SYNC), 2, Failure.IO_ERROR); // the first is of the file

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> put(store, images.get(2)))
        .withMessageContaining("whether this call is stored shows when the store is opened again")
        .withMessageNotContaining("the store is as it was");
    assertThat(store.stream().toList()).isEqualTo(images.subList(0, 2));
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);
    try (ImageStore again = PROVIDER.open(path, waiting, disk)) {
      assertThat(again.stream().toList()).isEqualTo(images.subList(0, 2)); // no power was lost
    }
  }

  @Test
  void theJournalOfAnotherFileIsRefused() throws IOException {
    for (String name : List.of("a.h5", "b.h5")) {
      Path path = folder.resolve(name);
      try (ImageStore store = Hdf5ImageStore.open(path)) {
        store.put(1, SampleImages.noise(new ImageShape(4, 4, 3), 1), 1);
        Files.copy(journal(path), folder.resolve(name + ".copy"));
      }
    }
    Path store = folder.resolve("a.h5");
    Files.move(folder.resolve("b.h5.copy"), journal(store));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(store))
        .withMessageContaining("is the journal of another file");
  }

  /**
   * Three deletions leave, behind the last row, one whose bytes lie elsewhere; what a flush that
   * fails anywhere leaves of it must not come back over the next row.
   */
  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"UNIFORM", "MIXED"})
  void afterAFlushThatFailsNoRowTakesThePlaceOfALaterOne(Layout layout) throws IOException {
    boolean failed = true;
    for (int nth = 1; failed; nth++) {
      Path path = Files.createDirectories(folder.resolve("disk-" + nth)).resolve("store.h5");
      FaultyDisk disk = new FaultyDisk(path.getParent(), nth);
      Map<Long, LabeledImage> model = new TreeMap<>();
      StoreOptions options = Hdf5Options.builder().layout(layout).build();
      try (ImageStore store = PROVIDER.open(path, options, disk)) {
        TestImages.list(layout, 0, 100, 1).forEach(image -> put(store, image, model));
        store.flush();
        for (long id : new long[] {97, 99, 98}) {
          store.delete(id);
          model.remove(id);
        }
        put(store, TestImages.image(layout, 5, 2), model);
        disk.failOnce(Set.of(Operation.WRITE), nth, Failure.IO_ERROR);
        failed = flushFails(store);
        disk.heal();
        put(store, TestImages.image(layout, 200, 3), model);
        store.flush();
        assertHolds(store, model, "write " + nth);
      }
      try (ImageStore again = PROVIDER.open(path, options, disk)) {
        assertHolds(again, model, "write " + nth + ", opened again");
        assertThat(again.verify().isClean()).isTrue();
      }
      disk.assertNothingOpen();
      assertThat(nth).isLessThan(100);
    }
  }

  private static void put(ImageStore store, LabeledImage image, Map<Long, LabeledImage> model) {
    store.putBatch(List.of(image));
    model.put(image.id(), image);
  }

  private static boolean flushFails(ImageStore store) {
    try {
      store.flush();
      return false;
    } catch (ImageStoreException e) {
      assertThat(e).hasMessageContaining("Input/output error");
      return true;
    }
  }

  private static void assertHolds(ImageStore store, Map<Long, LabeledImage> model, String when) {
    assertThat(store.stream().toList()).as(when).isEqualTo(new ArrayList<>(model.values()));
  }

  private static void put(ImageStore store, LabeledImage image) {
    store.put(image.id(), image.image(), image.label());
  }

  private static Path journal(Path store) {
    return store.resolveSibling(store.getFileName() + ".journal");
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> paths = Files.walk(tree)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
