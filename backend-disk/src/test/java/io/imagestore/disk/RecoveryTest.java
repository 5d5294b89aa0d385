package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What opening makes of a store whose writer didn't close it. */
class RecoveryTest {
  private static final ImageShape SHAPE = new ImageShape(4, 5, 3);

  @TempDir Path folder;
  private Path store;
  private Path crashed;

  @BeforeEach
  void name() {
    store = folder.resolve("store");
    crashed = folder.resolve("crashed");
  }

  private static List<LabeledImage> images(long from, int count) {
    return SampleImages.list(from, count, SHAPE, 1);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void aCommitCutAnywhereIsDroppedWhole(Opening mode) throws IOException {
    String table;
    int committed;
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      committed = StoreFolder.text(store).length();
      open.putBatch(images(2, 3));
      table = StoreFolder.text(store);
      StoreFolder.copy(store, crashed);
    }
    for (int length = committed; length < table.length(); length++) {
      if (mode == Opening.TO_WRITE && !isTriedToWrite(table, length)) {
        continue;
      }
      Path cut = StoreFolder.copy(crashed, folder.resolve("cut-" + length));
      Files.writeString(StoreFolder.table(cut), table.substring(0, length));

      assertThat(StoreFolder.images(cut, mode)).as("%d bytes", length).isEqualTo(images(0, 3));
    }
    assertThat(StoreFolder.images(crashed, mode)).isEqualTo(images(0, 5));
  }

  /**
   * Around the ends of lines, and at every fifth byte between: who opens to write finds the last
   * commit just as who opens to read does, which is tried at each byte.
   */
  private static boolean isTriedToWrite(String table, int length) {
    return table.substring(length - 2, length + 1).contains("\n") || length % 5 == 0;
  }

  @Test
  void theFilesOfADroppedCommitAreRemoved() throws IOException {
    int committed;
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      committed = StoreFolder.text(store).length();
      open.putBatch(images(900, 200)); // 100 of them in images/001
      StoreFolder.copy(store, crashed);
    }
    Files.write(
        StoreFolder.table(crashed),
        Arrays.copyOf(Files.readAllBytes(StoreFolder.table(crashed)), committed + 100));
    DiskImageStore.open(crashed).close();

    assertThat(StoreFolder.files(crashed))
        .containsExactly("images/000/0.png", "images/000/1.png", "images/000/2.png");
    assertThat(crashed.resolve("images/001")).doesNotExist();
  }

  @Test
  void afterADroppedCommitTheStoreTakesNewImages() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      StoreFolder.copy(store, crashed);
    }
    Files.writeString(StoreFolder.table(crashed), "3,1,4,5,3,99,1", StandardOpenOption.APPEND);
    try (ImageStore open = DiskImageStore.open(crashed)) {
      open.putBatch(images(3, 3));
    }

    assertThat(StoreFolder.images(crashed, Opening.TO_READ)).isEqualTo(images(0, 6));
  }

  @Test
  void openingReadOnlyChangesNothing() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      StoreFolder.copy(store, crashed);
    }
    Files.writeString(StoreFolder.table(crashed), "3,1,4,", StandardOpenOption.APPEND);
    Files.write(crashed.resolve("images/000/77.png"), new byte[7]);
    String before = StoreFolder.text(crashed);
    List<String> files = everything(crashed);
    StoreFolder.images(crashed, Opening.TO_READ);

    assertThat(StoreFolder.text(crashed)).isEqualTo(before);
    assertThat(everything(crashed)).isEqualTo(files);
  }

  private static List<String> everything(Path store) throws IOException {
    try (Stream<Path> paths = Files.walk(store)) {
      return paths.map(Path::toString).sorted().toList();
    }
  }

  @Test
  void anOverwriteThatWasNeverCommittedLeavesTheOldImage() throws IOException {
    int committed;
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      open.flush();
      committed = StoreFolder.text(store).length();
      open.put(1, SampleImages.noise(SHAPE, 99), 9);
      StoreFolder.copy(store, crashed);
    }
    Files.write(
        StoreFolder.table(crashed),
        Arrays.copyOf(Files.readAllBytes(StoreFolder.table(crashed)), committed));

    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).isEqualTo(images(0, 3));
    assertThat(StoreFolder.files(crashed)).hasSize(3);
  }

  @Test
  void filesThatACrashLeftSuperfluousAreRemovedWithTheNextFlush() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 3));
      open.flush();
      open.put(1, SampleImages.noise(SHAPE, 99), 9);
      open.delete(0);
      StoreFolder.copy(store, crashed);
    }
    DiskImageStore.open(crashed).close();

    assertThat(StoreFolder.files(crashed))
        .containsExactly("images/000/1-3.png", "images/000/2.png");
  }

  @Test
  void whatAnotherBootLeftUnflushedIsKeptWhereItIsWhole() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 30));
      open.putBatch(images(20, 30));
      StoreFolder.copy(store, crashed);
    }
    StoreFolder.losePower(crashed);

    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).isEqualTo(images(0, 50));
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void callsWhoseFilesWereLostWithThePowerAreDroppedWholeFromThereOn(Opening mode)
      throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 10));
      open.flush();
      open.putBatch(images(10, 10));
      open.putBatch(images(20, 10));
      open.putBatch(images(30, 10));
      StoreFolder.copy(store, crashed);
    }
    StoreFolder.losePower(crashed);
    Files.write(crashed.resolve("images/000/25.png"), new byte[100]);
    Files.delete(crashed.resolve("images/000/33.png"));

    assertThat(StoreFolder.images(crashed, mode)).isEqualTo(images(0, 20));
  }

  @Test
  void anOverwriteLostWithThePowerBringsTheOldImageBack() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 4));
      open.flush();
      open.put(2, SampleImages.noise(SHAPE, 5), 5);
      open.delete(3);
      open.put(2, SampleImages.noise(SHAPE, 6), 6);
      StoreFolder.copy(store, crashed);
    }
    StoreFolder.losePower(crashed);
    Files.delete(crashed.resolve("images/000/2-4.png"));
    Files.delete(crashed.resolve("images/000/2-5.png"));

    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).isEqualTo(images(0, 4));
  }

  @Test
  void anImageDamagedAfterAFlushDropsNothing() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 4));
      open.flush();
      open.putBatch(images(4, 4));
      StoreFolder.copy(store, crashed);
    }
    StoreFolder.losePower(crashed);
    Files.delete(crashed.resolve("images/000/2.png"));
    try (ImageStore open = DiskImageStore.open(crashed)) {
      assertThat(open.verify().damagedIds()).containsExactly(2);
      assertThat(open.size()).isEqualTo(8);
    }
  }

  @Test
  void withDurabilityAtEachCommitNothingIsEverUnflushed() throws IOException {
    DiskOptions options = DiskOptions.builder().durability(Durability.COMMIT).build();
    try (ImageStore open = DiskImageStore.open(store, options)) {
      open.putBatch(images(0, 4));
      open.put(2, SampleImages.noise(SHAPE, 5), 5);
      StoreFolder.copy(store, crashed);
    }

    StoreFolder.losePower(crashed);
    assertThat(StoreFolder.files(crashed))
        .containsExactly(
            "images/000/0.png", "images/000/1.png", "images/000/2-4.png", "images/000/3.png");
    assertThat(StoreFolder.images(crashed, Opening.TO_WRITE)).hasSize(4);
  }

  @Test
  void everyFlippedBitOfATableIsNoticed() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 2));
    }
    byte[] table = Files.readAllBytes(StoreFolder.table(store));
    int body = StoreFolder.text(store).indexOf('\n') + 1;
    List<Integer> unnoticed = new ArrayList<>();
    for (int bit = 8 * body; bit < 8 * table.length; bit++) {
      byte[] damaged = table.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(StoreFolder.table(store), damaged);
      if (!isNoticed()) {
        unnoticed.add(bit);
      }
    }

    assertThat(unnoticed).isEmpty();
  }

  private boolean isNoticed() {
    try {
      StoreFolder.images(store, Opening.TO_READ);
      return false;
    } catch (CorruptStoreException e) {
      return true;
    }
  }

  @Test
  void aTableDamagedBeforeAFlushNamesThePlace() throws IOException {
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 2));
    }
    String text = StoreFolder.text(store).replace("\n1,", "\n7,");
    Files.write(StoreFolder.table(store), text.getBytes(StandardCharsets.UTF_8));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(store))
        .withMessageContaining("labels.csv")
        .withMessageContaining("line");
  }

  @Test
  void aTableOfALaterVersionIsRefused() throws IOException {
    DiskImageStore.open(store).close();
    String text = StoreFolder.text(store).replace("\"version\":1", "\"version\":2");
    Files.write(StoreFolder.table(store), text.getBytes(StandardCharsets.UTF_8));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(store))
        .withMessageContaining("version 2");
  }

  @Test
  void aFailedOpeningGivesTheLockBack() throws IOException {
    DiskImageStore.open(store).close();
    String right = StoreFolder.text(store);
    Files.writeString(StoreFolder.table(store), "#{broken\n");
    assertThatThrownBy(() -> DiskImageStore.open(store)).isInstanceOf(CorruptStoreException.class);
    Files.writeString(StoreFolder.table(store), right);

    try (ImageStore open = DiskImageStore.open(store)) {
      assertThat(open.size()).isZero();
    }
  }

  @Test
  void aStoreWhoseMakingWasCutShortIsMadeAgain() throws IOException {
    Files.createDirectories(store);
    Files.writeString(store.resolve("labels.csv.tmp"), "#{\"form");
    Files.writeString(store.resolve("lock"), "process 1");
    try (ImageStore open = DiskImageStore.open(store)) {
      open.putBatch(images(0, 2));
    }

    assertThat(StoreFolder.images(store, Opening.TO_READ)).isEqualTo(images(0, 2));
  }
}
