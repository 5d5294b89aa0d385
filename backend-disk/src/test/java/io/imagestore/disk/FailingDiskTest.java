package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.FaultyDisk;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Single faults, each at the place where it once did harm. */
class FailingDiskTest {
  private static final ImageShape SHAPE = new ImageShape(3, 4, 3);
  private static final Image OLD = SampleImages.noise(SHAPE, 1);
  private static final Image NEW = SampleImages.noise(SHAPE, 2);
  private static final Set<Operation> SYNC = Set.of(Operation.SYNC);

  @TempDir Path folder;
  private Path root;
  private Path path;
  private FaultyDisk disk;

  @BeforeEach
  void makeDisk() throws IOException {
    root = Files.createDirectory(folder.resolve("disk"));
    path = root.resolve("store");
    disk = new FaultyDisk(root, 1);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    disk.assertNothingOpen();
  }

  private ImageStore open(Durability durability) {
    return DiskImageStore.open(path, DiskOptions.builder().durability(durability).build(), disk);
  }

  private List<LabeledImage> survivors(String name) throws IOException {
    return survivors(name, 1);
  }

  private List<LabeledImage> survivors(String name, long seed) throws IOException {
    Path survivors = folder.resolve(name);
    disk.crash(survivors, seed);
    return StoreFolder.images(survivors.resolve("store"), Opening.TO_WRITE);
  }

  @Test
  void aFailedSyncOfTheTableAtACommitLosesNothingThatWasAcknowledged() throws IOException {
    try (ImageStore store = open(Durability.COMMIT)) {
      store.put(1, OLD, 1);
      store.flush();
      int syncs = disk.count(Operation.SYNC);
      store.put(2, OLD, 1);
      disk.failOnce(
          SYNC, disk.count(Operation.SYNC) - syncs, Failure.IO_ERROR); // the last of a put

      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.put(1, NEW, 2))
          .withMessageContaining("storing image 1 failed")
          .withMessageContaining("the store is as it was before this call");
      assertThat(store.get(1)).isEqualTo(new LabeledImage(1, OLD, 1));
      store.put(3, NEW, 3);
    }
    assertThat(StoreFolder.images(path, Opening.TO_WRITE))
        .containsExactly(
            new LabeledImage(1, OLD, 1), new LabeledImage(2, OLD, 1), new LabeledImage(3, NEW, 3));
    assertThat(StoreFolder.files(path)).hasSize(3);
  }

  @Test
  void afterAFailedFlushTheStoreIsReadButNotWrittenUntilItIsOpenedAgain() throws IOException {
    ImageStore store = open(Durability.FLUSH);
    store.put(1, OLD, 1);
    disk.failOnce(SYNC, 1, Failure.IO_ERROR);
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(store::flush)
        .withMessageContaining(
            "may not survive a loss of power; close the store and open it again");
    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> store.put(2, NEW, 2))
        .withMessageContaining("Input/output error")
        .withMessageContaining(
            "the store is as it was before this call; close the store and open it again");
    assertThat(store.get(1).image()).isEqualTo(OLD);
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);

    try (ImageStore again = open(Durability.FLUSH)) {
      again.put(2, NEW, 2);
      again.flush();
      assertThat(survivors("flushed"))
          .containsExactly(new LabeledImage(1, OLD, 1), new LabeledImage(2, NEW, 2));
    }
  }

  @Test
  void aFileOfTheSameNumberIsNotFlushedInsteadOfAnImagesOwn() throws IOException {
    ImageStore store = open(Durability.FLUSH);
    store.put(1, OLD, 1);
    disk.failOnce(SYNC, 1, Failure.IO_ERROR);
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);
    Files.write(path.resolve("images/000/1.jpg"), new byte[1]);

    try (ImageStore again = open(Durability.FLUSH)) {
      again.flush();
      for (int crash = 0; crash < 8; crash++) {
        assertThat(survivors("crash-" + crash, crash)).containsExactly(new LabeledImage(1, OLD, 1));
      }
    }
  }

  /** So that something can be deleted. */
  @Test
  void aStoreOpensThoughThereIsNoRoomToWriteItsTableAnew() throws IOException {
    LabeledImage image = new LabeledImage(1, OLD, 1).withMetadata("{}");
    try (ImageStore store = open(Durability.FLUSH)) {
      for (int i = 0; i < 1010; i++) {
        store.put(image);
      }
    }
    int opened = 0;
    for (int nth = 1; Files.readAllLines(path.resolve("labels.csv")).size() > 1000; nth++) {
      disk.failOnce(Set.of(Operation.WRITE), nth, Failure.NO_SPACE);
      try (ImageStore store = open(Durability.FLUSH)) {
        opened++;
        assertThat(store.stream().toList()).containsExactly(image);
      } catch (ImageStoreException e) {
        assertThat(e).hasMessageContaining("No space left on device");
      }
      disk.heal();
    }
    assertThat(opened).isGreaterThan(2);
    try (ImageStore store = open(Durability.FLUSH)) {
      assertThat(store.stream().toList()).containsExactly(image);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void aTableWhoseNameCouldntBeForcedIsForcedByTheNextOpening() throws IOException {
    open(Durability.FLUSH).close();
    DiskOptions named = DiskOptions.builder().labelNames(List.of("cat")).build();
    int synced = disk.count(Operation.SYNC);
    DiskImageStore.open(path, named, disk).close();
    int syncs = disk.count(Operation.SYNC) - synced;
    for (int nth = 1; nth <= syncs; nth++) {
      List<String> names = List.of("cat", "dog " + nth);
      DiskOptions other = DiskOptions.builder().labelNames(names).build();
      disk.failOnce(SYNC, nth, Failure.IO_ERROR);
      try {
        DiskImageStore.open(path, other, disk).close();
      } catch (ImageStoreException e) {
        assertThat(e).hasMessageContaining("Input/output error");
      }
      disk.heal();
      DiskImageStore.open(path, other, disk).close();
      for (int crash = 0; crash < 6; crash++) {
        Path survivors = folder.resolve(nth + "-" + crash);
        disk.crash(survivors, crash);
        try (ImageSource store = DiskImageStore.openReadOnly(survivors.resolve("store"))) {
          assertThat(store.info().labelNames()).isEqualTo(names);
        }
      }
    }
  }

  @Test
  void aMarkThatCouldntBeWrittenIsNotWrittenLater() throws IOException {
    try (ImageStore store = open(Durability.FLUSH)) {
      store.put(1, OLD, 1);
      disk.failOnce(Set.of(Operation.WRITE), 2, Failure.NO_SPACE); // the first is the state
      assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::flush);
      store.put(2, NEW, 2);

      assertThat(StoreFolder.lines(path)).filteredOn("# flushed"::equals).hasSize(1);
      store.flush();
      assertThat(StoreFolder.lines(path)).filteredOn("# flushed"::equals).hasSize(2);
    }
  }

  @Test
  void aPutThatIsStoredDoesNotFailBecauseTidyingUpDoes() throws IOException {
    ImageStore store = open(Durability.FLUSH);
    Image one = Image.of(1, 1, 1, new byte[1]);
    store.put(7, one, -1);
    disk.failFrom(SYNC, 1, Failure.IO_ERROR);
    boolean refused = false;
    int stored = 0;
    while (!refused) {
      assertThat(stored).isLessThan(1_000_000);
      try {
        store.put(7, one, stored);
        stored++;
      } catch (ImageStoreException e) {
        assertThat(e).hasMessageContaining("the store is as it was before this call");
        refused = true;
      }
    }

    assertThat(stored).isGreaterThan(4000);
    assertThat(store.label(7)).isEqualTo(stored - 1);
    disk.heal();
    assertThatExceptionOfType(ImageStoreException.class).isThrownBy(store::close);
    assertThat(StoreFolder.images(path, Opening.TO_WRITE))
        .containsExactly(new LabeledImage(7, one, stored - 1));
    assertThat(StoreFolder.files(path)).hasSize(1);
  }

  @Test
  void whatWasCutOffAfterAFailedCallDoesNotComeBackOnceTheStoreIsClosed() throws IOException {
    try (ImageStore store = open(Durability.FLUSH)) {
      store.put(new LabeledImage(1, OLD, 1).withMetadata("[1]"));
      store.flush();
      LabeledImage tiny = new LabeledImage(0, Image.of(1, 1, 1, new byte[1]), 0);
      String json = "\"" + "m".repeat(99) + "\"";
      Stream<LabeledImage> failing =
          IntStream.range(0, 2000)
              .mapToObj(
                  i -> {
                    if (i == 1999) {
                      throw new IllegalStateException("the source broke");
                    }
                    return tiny.withMetadata(json);
                  });
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(failing));
    }
    for (int seed = 0; seed < 20; seed++) {
      Path survivors = folder.resolve("survivors-" + seed);
      disk.crash(survivors, seed);
      try (ImageSource store = DiskImageStore.openReadOnly(survivors.resolve("store"))) {
        assertThat(store.stream()).hasSize(1);
        assertThat(store.verify().isClean()).as("%s", store.verify()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void anOpeningThatFailsWhileItWritesTableAndMetadataAnewLosesNothing(Operation operation)
      throws IOException {
    Path outdated = folder.resolve("outdated");
    List<LabeledImage> last = List.of();
    try (ImageStore store = DiskImageStore.open(outdated)) {
      for (int round = 0; round < 60; round++) {
        String json = "[" + round + "]";
        last =
            SampleImages.stream(0, 20, SHAPE, round).map(each -> each.withMetadata(json)).toList();
        store.putBatch(last);
      }
    }
    boolean reached = true;
    for (int nth = 1; reached; nth++) {
      Path each = Files.createDirectory(folder.resolve("disk-" + nth));
      StoreFolder.copy(outdated, each.resolve("store"));
      FaultyDisk failing = new FaultyDisk(each, nth);
      failing.failOnce(Set.of(operation), nth, Failure.IO_ERROR);
      try {
        DiskImageStore.open(each.resolve("store"), DiskOptions.defaults(), failing).close();
      } catch (ImageStoreException e) {
        assertThat(failing.failures()).isEqualTo(1);
      }
      reached = failing.failures() > 0;
      failing.assertNothingOpen();
      Path survivors = folder.resolve("survivors-" + nth);
      failing.crash(survivors, nth);
      for (Path found : List.of(survivors.resolve("store"), each.resolve("store"))) {
        assertThat(StoreFolder.images(found, Opening.TO_READ)).as("%d", nth).isEqualTo(last);
        try (ImageStore store = DiskImageStore.open(found)) {
          assertThat(store.verify().isClean()).isTrue();
        }
        assertThat(StoreFolder.lines(found)).hasSizeLessThan(100);
        assertThat(found.resolve("metadata.jsonl")).doesNotExist();
        assertThat(StoreFolder.images(found, Opening.TO_READ)).as("%d", nth).isEqualTo(last);
      }
    }
  }

  @Test
  void theFolderOfANewStoreIsOnTheDeviceWithAllAboveIt() throws IOException {
    path = root.resolve("a/b/c/store");
    try (ImageStore store = open(Durability.COMMIT)) {
      store.put(1, OLD, 1);
      Path survivors = folder.resolve("survivors");
      disk.crash(survivors, 1);

      assertThat(StoreFolder.images(survivors.resolve("a/b/c/store"), Opening.TO_READ))
          .containsExactly(new LabeledImage(1, OLD, 1));
    }
  }

  @Test
  void aFolderThatCantBeSyncedIsSaid() {
    disk.failOnce(SYNC, 1, Failure.IO_ERROR);

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> open(Durability.FLUSH))
        .withMessageContaining("Input/output error");
    assertThat(path).doesNotExist();
  }

  @Test
  void whatCouldntBeRemovedIsRemovedWithTheNextFlush() throws IOException {
    try (ImageStore store = open(Durability.COMMIT)) {
      store.put(1, OLD, 1);
      disk.failOnce(Set.of(Operation.DELETE), 1, Failure.IO_ERROR);
      store.put(1, NEW, 2);
      assertThat(StoreFolder.files(path)).hasSize(2);
      assertThat(store.verify().isClean()).isTrue();
      store.flush();

      assertThat(StoreFolder.files(path)).hasSize(1);
    }
  }

  @Test
  void whatCouldntBeRemovedAtAllIsRemovedByTheNextWriter() throws IOException {
    try (ImageStore store = open(Durability.COMMIT)) {
      store.put(1, OLD, 1);
      disk.failFrom(Set.of(Operation.DELETE), 1, Failure.IO_ERROR);
      store.put(1, NEW, 2);
    }
    assertThat(StoreFolder.files(path)).hasSize(2);
    disk.heal();
    open(Durability.FLUSH).close();

    assertThat(StoreFolder.files(path)).hasSize(1);
  }
}
