package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.SampleImages;
import io.jhdf.HdfFile;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One flipped bit in what a store knows of an image beside its pixels. */
final class RecordDamageTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);

  @TempDir Path folder;

  @BeforeEach
  void store() {
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
  }

  private Path file() {
    return folder.resolve("store.h5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"labels", "crc32c", "record_crc32c"})
  void whereOneBitIsFlippedNeitherTheLabelNorTheImageIsBelieved(String dataset) throws IOException {
    for (int bit : new int[] {0, 13, 31}) {
      flip(dataset, bit);
      try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
        assertNamed(() -> store.label(6), 6);
        assertNamed(() -> store.labels(new long[] {5, 6}), 6);
        assertNamed(() -> store.get(6), 6);
        assertNamed(() -> store.readBatch(0, 10), 6);
        assertThat(store.label(5)).isEqualTo(SampleImages.labeled(5, RGB, 1).label());
        assertThat(store.verify().damagedIds()).containsExactly(6);
      }
      flip(dataset, bit);
    }
  }

  @Test
  void anIdThatWasNeverStoredIsDamageAndNoImage() throws IOException {
    flip("ids", 7);
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertNamed(() -> store.get(6 + 128), 6 + 128);
      assertNamed(() -> store.label(6 + 128), 6 + 128);
      assertThat(store.verify().damagedIds()).containsExactly(6 + 128);
    }
  }

  @Test
  void anIdThatADamagedRowMayHaveHadIsNotCalledAbsent() throws IOException {
    flip("ids", 7);
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(() -> store.find(6))
          .withMessageContaining("image 6")
          .withMessageContaining("images 134");
      assertThat(store.get(5)).isEqualTo(SampleImages.labeled(5, RGB, 1));
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.repair(RepairPolicy.dropDamaged());

      assertThat(store.find(6)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"UNIFORM, true", "UNIFORM, false", "MIXED, true", "MIXED, false"})
  void anImageUnderAnIdThatDamageMadeUpIsNotWrittenOver(Layout layout, boolean verify)
      throws IOException {
    Files.delete(file());
    Hdf5Options options = Hdf5Options.builder().layout(layout).verifyChecksums(verify).build();
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    flip("ids", 7); // 6 becomes 134
    List<LabeledImage> others = SampleImages.list(133, 3, RGB, 2);
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      assertRefused(() -> store.put(others.get(1)), 134);
      assertRefused(() -> store.putBatch(others), 134);
      assertRefused(() -> store.delete(134), 134);
      assertThat(store.size()).isEqualTo(10);
    }
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      assertThat(store.verify().damagedIds()).containsExactly(134);

      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.droppedIds()).containsExactly(134);
      store.putBatch(others);
      assertThat(store.readImages(new long[] {133, 134, 135})).isEqualTo(others);
      assertThat(store.size()).isEqualTo(12);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  private static void assertRefused(ThrowingCallable write, long id) {
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(write)
        .withMessageContaining("image " + id)
        .withMessageContaining("repair");
  }

  @Test
  void aRowWithTheIdOfAnotherIsTold() throws IOException {
    flip("ids", 1); // 6 becomes 4
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertThat(store.get(4)).isEqualTo(SampleImages.labeled(4, RGB, 1));
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(() -> store.find(6))
          .withMessageContaining("rows 6");
      assertThat(store.verify().isClean()).isFalse();
    }
  }

  @Test
  void nothingIsStoredBesideARowWhoseIdIsLostBeforeItIsRepaired() throws IOException {
    flip("ids", 1); // 6 becomes 4
    LabeledImage lost = SampleImages.labeled(6, RGB, 1);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(() -> store.put(lost))
          .withMessageContaining("rows 6")
          .withMessageContaining("repair");

      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.mended()).singleElement().asString().contains("row 6");
      assertThat(report.storeProblems()).isEmpty();
      assertThat(folder.resolve("store.h5.damaged").resolve("row-6.raw"))
          .hasBinaryContent(lost.image().pixels());
      store.put(lost);
      assertThat(store.stream()).containsExactlyElementsOf(SampleImages.list(0, 10, RGB, 1));
    }
  }

  @Test
  void whatIsDeletedBesideARowWhoseIdIsLostLeavesTheOthersWhole() throws IOException {
    flip("ids", 1); // 6 becomes 4
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      for (long id : new long[] {9, 8, 7, 0}) { // in the end the lost row takes another's place
        store.delete(id);
      }
      assertLeft(store);
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.repair(RepairPolicy.dropDamaged());

      assertThat(store.verify().isClean()).isTrue();
      assertLeft(store);
    }
  }

  private static void assertLeft(ImageSource store) {
    assertThat(store.size()).isEqualTo(5);
    for (long id = 1; id < 6; id++) {
      assertThat(store.get(id)).isEqualTo(SampleImages.labeled(id, RGB, 1));
    }
  }

  @Test
  void aRowWithoutAnIdIsTold() throws IOException {
    flip("ids", 63);
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertThat(store.size()).isEqualTo(9);
      assertThat(store.get(7)).isEqualTo(SampleImages.labeled(7, RGB, 1));
      assertThat(store.verify().storeProblems())
          .anySatisfy(p -> assertThat(p).containsPattern("rows .*6"));
    }
  }

  @Test
  void anImageWithADamagedRecordIsReplacedOnceItIsRepaired() throws IOException {
    flip("labels", 3);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertRefused(() -> store.put(6, SampleImages.noise(RGB, 2), 60), 6);
      store.repair(RepairPolicy.dropDamaged());

      store.put(6, SampleImages.noise(RGB, 2), 60);

      assertThat(store.label(6)).isEqualTo(60);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  private static void assertNamed(ThrowingCallable call, long id) {
    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.id()).isEqualTo(id));
  }

  /** Flips a bit of row 6. */
  private void flip(String dataset, int bit) throws IOException {
    byte[] rows = rows(dataset);
    long address = indexOf(Files.readAllBytes(file()), rows);
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      long at = address + 6L * (rows.length / 10) + bit / 8;
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1 << bit % 8);
    }
  }

  private byte[] rows(String name) throws IOException {
    try (HdfFile file = new HdfFile(file())) {
      ChunkedDataset dataset = (ChunkedDataset) file.getDatasetByPath(name);
      byte[] rows = new byte[10 * dataset.getDataType().getSize()];
      dataset.getRawChunkBuffer(new int[] {0}).get(rows);
      return rows;
    }
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    int at = 0;
    while (!Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
      at++;
    }
    return at;
  }
}
