package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.testkit.SampleImages;
import io.jhdf.HdfFile;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A compressed chunk that can't be read whole, and writes to a store that has one. */
final class DamagedChunkTest {

  private static final ImageShape RGB = new ImageShape(8, 8, 3);
  private static final int CHUNK = 10;
  private static final int IMAGES = 35;

  @TempDir Path folder;

  private final Map<Long, LabeledImage> stored = new TreeMap<>();

  private Path file() {
    return folder.resolve("store.h5");
  }

  private void make() {
    Hdf5Options options = Hdf5Options.builder().deflateLevel(3).chunkRows(CHUNK).build();
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      for (LabeledImage image : SampleImages.list(0, IMAGES, RGB, 1)) {
        store.put(image);
        stored.put(image.id(), image);
      }
    }
  }

  /** Damages the chunk that begins with a row, from its middle on. */
  private void damage(String dataset, int row) throws IOException {
    byte[] chunk;
    try (HdfFile hdf = new HdfFile(file())) {
      ChunkedDataset chunked = (ChunkedDataset) hdf.getDatasetByPath(dataset);
      int[] offset = new int[chunked.getDimensions().length];
      offset[0] = row;
      ByteBuffer raw = chunked.getRawChunkBuffer(offset);
      chunk = new byte[raw.remaining()];
      raw.get(chunk);
    }
    byte[] bytes = Files.readAllBytes(file());
    int at = 0;
    while (!Arrays.equals(bytes, at, at + chunk.length, chunk, 0, chunk.length)) {
      at++;
    }
    try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
      raw.seek(at + chunk.length / 2);
      raw.write(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    }
  }

  @ParameterizedTest
  @CsvSource({
    "images, 0",
    "images, 10",
    "images, 30",
    "labels, 0",
    "crc32c, 0",
    "record_crc32c, 0"
  })
  void imagesOfItAndOthersAreReplacedDeletedAndAdded(String dataset, int row) throws IOException {
    make();
    damage(dataset, row);
    int damagedBefore;
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      damagedBefore = store.verify().damagedIds().length;
      assertThat(damagedBefore).isPositive();
      replace(store, row + 1L); // in it
      delete(store, row + 3L); // in it; the last row comes into its place
      replace(store, 22);
      delete(store, 21);
      replace(store, 1000); // a new one
      assertNamedOrRight(store);
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertNamedOrRight(store);
      assertThat(store.verify().damagedIds())
          .hasSizeBetween(1, damagedBefore)
          .doesNotContain(row + 1L, row + 3L, 22, 1000);

      store.repair(RepairPolicy.dropDamaged());

      assertThat(store.verify().isClean()).isTrue();
      assertThat(stored.values()).containsAll(store.stream().toList());
      assertThat(store.size()).isGreaterThanOrEqualTo(stored.size() - damagedBefore);
    }
  }

  @Test
  void whereIdsAreLostWithTheirChunkTheOtherImagesAreReadAndTheRestIsLaidAside()
      throws IOException {
    make();
    damage("ids", 0);
    long known;
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      known = store.size();
      assertThat(known).isPositive().isLessThan(IMAGES);
      assertFoundOrNotToBeTold(store, known);
      assertThat(store.verify().storeProblems()).isNotEmpty();
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.mended()).hasSize((int) (IMAGES - known));
      assertThat(report.storeProblems()).isEmpty();
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertThat(store.verify().isClean()).isTrue();
      assertThat(stored.values()).containsAll(store.stream().toList());
      assertThat(store.size()).isEqualTo(known);
      store.putBatch(stored.values().stream());
      assertThat(store.stream()).containsExactlyElementsOf(stored.values());
    }
    try (Stream<Path> aside = Files.list(folder.resolve("store.h5.damaged"))) {
      assertThat(aside.filter(file -> file.toString().endsWith(".raw")))
          .hasSize(IMAGES - (int) known);
    }
  }

  private void assertFoundOrNotToBeTold(ImageSource store, long known) {
    List<Long> found = new ArrayList<>();
    stored.forEach(
        (id, image) -> {
          try {
            assertThat(store.find(id)).contains(image);
            found.add(id);
          } catch (CorruptStoreException e) {
            assertThat(e).hasMessageContaining("can't be told");
          }
        });
    assertThat(found).hasSize((int) known);
  }

  private void replace(ImageStore store, long id) {
    LabeledImage image = new LabeledImage(id, SampleImages.noise(RGB, 7 * id), 1 + (int) id);
    store.put(image);
    stored.put(id, image);
    assertThat(store.get(id)).isEqualTo(image);
  }

  private void delete(ImageStore store, long id) {
    assertThat(store.delete(id)).isTrue();
    stored.remove(id);
  }

  private void assertNamedOrRight(ImageSource store) {
    assertThat(store.size()).isEqualTo(stored.size());
    long[] damaged = store.verify().damagedIds();
    stored.forEach(
        (id, image) -> {
          try {
            assertThat(store.get(id)).isEqualTo(image);
          } catch (CorruptImageException e) {
            assertThat(e.id()).isEqualTo(id);
            assertThat(damaged).contains(id);
          }
        });
  }
}
