package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That a damaged label table is never taken for one that a crash has torn, and a torn one never for
 * damaged: no row goes missing without a word.
 */
class DamagedTableTest {
  private static final ImageShape SHAPE = new ImageShape(2, 2, 1);
  private static final int TRIALS = Integer.getInteger("trials", 150);
  private static final int CALL = 40;
  private static final int FLUSHED_CALLS = 4;
  private static final int CALLS = 8;

  /** The stores as they were made. */
  @TempDir static Path made;

  /** As they were before each of their calls, and after the last. */
  private static final List<List<LabeledImage>> states = new ArrayList<>();

  @TempDir Path folder;

  @BeforeAll
  static void makeStores() throws IOException {
    try (ImageStore store = DiskImageStore.open(made.resolve("closed"))) {
      states.add(List.of());
      for (int call = 0; call < CALLS; call++) {
        store.putBatch(SampleImages.list((long) CALL * call, CALL, SHAPE, 1));
        states.add(SampleImages.list(0, CALL * (call + 1), SHAPE, 1));
        if (call + 1 == FLUSHED_CALLS) {
          store.flush();
        }
      }
      StoreFolder.copy(made.resolve("closed"), made.resolve("crashed"));
    }
  }

  /** A store that was closed. */
  private Path closed() throws IOException {
    return StoreFolder.copy(made.resolve("closed"), folder.resolve("closed"));
  }

  /** A store whose writer died. */
  private Path crashed() throws IOException {
    return StoreFolder.copy(made.resolve("crashed"), folder.resolve("crashed"));
  }

  /** A store whose writer died with the power. */
  private Path crashedWithThePower() throws IOException {
    Path crashed = crashed();
    StoreFolder.losePower(crashed);
    return crashed;
  }

  private static byte[] tableOf(Path store) throws IOException {
    return Files.readAllBytes(StoreFolder.table(store));
  }

  /** What 512 to 8,704 bytes at any place become: zeros, or what lies elsewhere in the table. */
  private static byte[] damaged(byte[] table, SplittableRandom random) {
    byte[] damaged = table.clone();
    int length = Math.min(table.length, 512 * (1 + random.nextInt(17)));
    int at = random.nextInt(table.length - length + 1);
    if (random.nextBoolean()) {
      Arrays.fill(damaged, at, at + length, (byte) 0);
    } else {
      System.arraycopy(table, random.nextInt(table.length - length + 1), damaged, at, length);
    }
    return damaged;
  }

  /** Damages a store's table, and checks that nobody opens the store or changes it. */
  private static void requireRefused(Path store) throws IOException {
    byte[] table = tableOf(store);
    for (int trial = 0; trial < TRIALS; trial++) {
      byte[] damaged = damaged(table, new SplittableRandom(trial));
      if (Arrays.equals(damaged, table)) {
        continue; // overwritten with the same
      }
      Files.write(StoreFolder.table(store), damaged);
      for (Opening opening : Opening.values()) {
        assertThatExceptionOfType(CorruptStoreException.class)
            .as("trial %d", trial)
            .isThrownBy(() -> StoreFolder.images(store, opening))
            .withMessageContaining(store.toString())
            .withMessageMatching("(?s).* damaged.* restore .* from a copy");
      }
      assertThat(tableOf(store)).isEqualTo(damaged);
    }
  }

  @Test
  void inAStoreThatWasClosedAllDamageIsSaid() throws IOException {
    requireRefused(closed());
  }

  @Test
  void inAStoreWhoseWriterDiedAllDamageIsSaid() throws IOException {
    requireRefused(crashed());
  }

  @Test
  void afterALossOfPowerDamageIsSaidWhereTheTableWasFlushed() throws IOException {
    Path crashed = crashedWithThePower();
    byte[] table = tableOf(crashed);
    int torn = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      Files.write(StoreFolder.table(crashed), damaged(table, new SplittableRandom(trial)));
      try {
        List<LabeledImage> found = StoreFolder.images(crashed, Opening.TO_READ);
        torn++;

        assertThat(states.subList(FLUSHED_CALLS, CALLS + 1)).as("trial %d", trial).contains(found);
        if (trial % 20 == 0) {
          Path copy = StoreFolder.copy(crashed, folder.resolve("trial-" + trial));
          assertThat(StoreFolder.images(copy, Opening.TO_WRITE)).isEqualTo(found);
        }
      } catch (CorruptStoreException e) {
        assertThat(e).hasMessageContaining("damaged");
      }
    }
    assertThat(torn).isBetween(1, TRIALS - 1);
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void aHoleInWhatWasNotFlushedIsWhatALossOfPowerLeaves(Opening opening) throws IOException {
    Path crashed = crashedWithThePower();
    hole(crashed, FLUSHED_CALLS + 2);

    assertThat(StoreFolder.images(crashed, opening)).isEqualTo(states.get(FLUSHED_CALLS + 1));
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void theSameHoleIsDamageWhereNoPowerWasLost(Opening opening) throws IOException {
    Path crashed = crashed();
    hole(crashed, FLUSHED_CALLS + 2);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> StoreFolder.images(crashed, opening))
        .withMessageContaining("no power was lost");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void aHoleInWhatWasFlushedIsDamageEvenAfterALossOfPower(Opening opening) throws IOException {
    Path crashed = crashedWithThePower();
    hole(crashed, FLUSHED_CALLS - 1);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> StoreFolder.images(crashed, opening))
        .withMessageContaining("was on the device up to byte");
  }

  /** The commits behind a hole tell what was flushed, should the state be of no use. */
  @Test
  void aHoleInWhatWasFlushedIsDamageThoughTheStateIsTorn() throws IOException {
    Path crashed = crashed();
    Files.write(crashed.resolve(StateFile.FILE), new byte[100]);
    hole(crashed, FLUSHED_CALLS - 1);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(crashed))
        .withMessageContaining("was on the device up to byte");
  }

  /** Zeros a row of one call. */
  private static void hole(Path store, int call) throws IOException {
    byte[] table = tableOf(store);
    String text = new String(table, StandardCharsets.US_ASCII);
    int row = text.indexOf("\n" + (CALL * (call - 1) + 3) + ",");
    Arrays.fill(table, row, row + 20, (byte) 0);
    Files.write(StoreFolder.table(store), table);
  }

  @Test
  void damageIsNamedByFileBytesAndLine() throws IOException {
    Path closed = closed();
    hole(closed, 2);
    int commit =
        StoreFolder.text(closed).indexOf('\n', StoreFolder.text(closed).indexOf("# commit"));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(closed))
        .withMessageContaining(StoreFolder.table(closed).toString())
        .withMessageContaining("between its bytes " + (commit + 1) + " and ")
        .withMessageContaining("line 47");
  }

  @Test
  void aTableThatWasCutShortBehindACommitIsDamaged() throws IOException {
    Path closed = closed();
    String text = StoreFolder.text(closed);
    int commit = text.indexOf("# commit", text.length() / 2);
    cut(closed, text.indexOf('\n', commit) + 1);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(closed))
        .withMessageContaining("when the store was closed it ended at byte");
  }

  @Test
  void aTableThatWasCutShortBehindAFlushIsDamaged() throws IOException {
    Path closed = closed();
    String text = StoreFolder.text(closed);
    cut(closed, text.indexOf("# flushed", 200) + "# flushed\n".length());

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(closed))
        .withMessageContaining("when the store was closed it ended at byte");
  }

  @ParameterizedTest
  @EnumSource(Opening.class)
  void filesWithoutRowsAreNamed(Opening opening) throws IOException {
    Path closed = closed();
    Path folderOfImages = closed.resolve("images/000");
    Files.copy(folderOfImages.resolve("7.png"), folderOfImages.resolve("7-300.png"));
    Files.copy(folderOfImages.resolve("7.png"), folderOfImages.resolve("999.png"));
    Files.copy(folderOfImages.resolve("7.png"), folderOfImages.resolve("notes.png"));
    try (ImageSource store = opening.open(closed)) {
      assertThat(store.verify().damages()).isEmpty();
      assertThat(store.verify().storeProblems())
          .containsExactly(
              "the file images/000/7-300.png has no row in labels.csv",
              "the file images/000/999.png has no row in labels.csv");
      assertThat(store.verify().isClean()).isFalse();
    }
    assertThat(StoreFolder.files(closed)).hasSize(CALL * CALLS + 3);
  }

  @Test
  void aTableThatIsShorterThanWhatWasFlushedIsDamaged() throws IOException {
    Path crashed = crashedWithThePower();
    cut(crashed, StoreFolder.text(crashed).indexOf("# commit"));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(crashed))
        .withMessageContaining("was on the device up to byte");
  }

  private static void cut(Path store, int length) throws IOException {
    Files.write(StoreFolder.table(store), Arrays.copyOf(tableOf(store), length));
  }

  @Test
  void whereTheTableIsGoneNoNewStoreTakesItsPlace() throws IOException {
    Path closed = closed();
    Files.delete(StoreFolder.table(closed));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(closed))
        .withMessageContaining("has lost its label table");
    assertThat(StoreFolder.files(closed)).hasSize(CALL * CALLS);
  }
}
