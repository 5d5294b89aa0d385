package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.RepairReport.Dropped;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  private void make(List<LabeledImage> images) {
    Hdf5Options options = Hdf5Options.builder().deflateLevel(3).chunkRows(CHUNK).build();
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      for (LabeledImage image : images) {
        store.put(image);
        stored.put(image.id(), image);
      }
    }
  }

  private static List<LabeledImage> noise() {
    return SampleImages.list(0, IMAGES, RGB, 1);
  }

  /** Images that deflate makes much smaller. */
  private static List<LabeledImage> flat() {
    return LongStream.range(0, IMAGES).mapToObj(DamagedChunkTest::flat).toList();
  }

  private static LabeledImage flat(long id) {
    byte[] pixels = new byte[(int) RGB.byteCount()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (37L * id * id + i / 16 * (long) (i % 5));
    }
    LabeledImage image = new LabeledImage(id, Image.of(RGB, ByteBuffer.wrap(pixels)), (int) id);
    return image.withMetadata("[" + id + ", \"" + "x".repeat((int) (id * 11 % 29)) + "\"]");
  }

  /**
   * Damages the chunk that begins with a row, from its middle on.
   *
   * @return the rows that can't be decoded to what they were any more
   */
  private List<Long> damage(String dataset, int row) throws IOException {
    byte[] chunk;
    int chunkRows;
    int rowBytes;
    try (HdfFile hdf = new HdfFile(file())) {
      ChunkedDataset chunked = (ChunkedDataset) hdf.getDatasetByPath(dataset);
      int[] offset = new int[chunked.getDimensions().length];
      offset[0] = row;
      ByteBuffer raw = chunked.getRawChunkBuffer(offset);
      chunk = new byte[raw.remaining()];
      raw.get(chunk);
      chunkRows = chunked.getChunkDimensions()[0];
      rowBytes = (int) (chunked.getSizeInBytes() / chunked.getDimensions()[0]);
    }
    byte[] bytes = Files.readAllBytes(file());
    int at = 0;
    while (!Arrays.equals(bytes, at, at + chunk.length, chunk, 0, chunk.length)) {
      at++;
    }
    byte[] damaged = chunk.clone();
    int middle = chunk.length / 2;
    Arrays.fill(damaged, middle, Math.min(chunk.length, middle + 8), (byte) -1);
    try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
      raw.seek(at);
      raw.write(damaged);
    }
    byte[] before = inflated(chunk, chunkRows * rowBytes);
    byte[] left = inflated(damaged, chunkRows * rowBytes);
    return LongStream.range(row, Math.min(IMAGES, row + chunkRows))
        .filter(i -> !isEqual(before, left, (int) (i - row) * rowBytes, rowBytes))
        .boxed()
        .toList();
  }

  /** Zeros are in place of what can't be inflated. */
  private static byte[] inflated(byte[] chunk, int length) {
    byte[] out = new byte[length];
    Inflater inflater = new Inflater();
    inflater.setInput(chunk);
    try {
      inflater.inflate(out);
      return out;
    } catch (DataFormatException e) {
      return out;
    } finally {
      inflater.end();
    }
  }

  private static boolean isEqual(byte[] before, byte[] left, int from, int count) {
    return Arrays.equals(before, from, from + count, left, from, from + count);
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
    make(noise());
    Set<Long> damaged = new TreeSet<>(damage(dataset, row));
    assertThat(damaged).isNotEmpty();
    // Where more than pixels is damaged, nothing proves whose row it is.
    Set<Long> unproven = dataset.equals("images") ? Set.of() : Set.copyOf(damaged);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertThat(store.verify().damagedIds()).containsExactly(array(damaged));
      for (long id : new long[] {damaged.iterator().next(), 22}) {
        change(id, unproven, damaged, () -> replace(store, id));
      }
      for (long id : new long[] {row + 3L, 21}) { // the last row comes into the place of one in it
        change(id, unproven, damaged, () -> delete(store, id));
      }
      replace(store, 1000); // a new one
      assertNamedOrRight(store, damaged);
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertNamedOrRight(store, damaged);

      store.repair(RepairPolicy.dropDamaged());

      assertThat(store.verify().isClean()).isTrue();
      stored.keySet().removeAll(damaged);
      assertThat(store.stream()).containsExactlyElementsOf(stored.values());
    }
  }

  private static void change(long id, Set<Long> unproven, Set<Long> damaged, Runnable change) {
    if (unproven.contains(id)) {
      assertThatExceptionOfType(CorruptStoreException.class)
          .isThrownBy(change::run)
          .withMessageContaining("may be another image");
    } else {
      change.run();
      damaged.remove(id);
    }
  }

  @ParameterizedTest
  @CsvSource({"images, 0", "images, 30", "labels, 0", "metadata_sizes, 0"})
  void aRepairLeavesWhatIsWholeInItAndLaysTheRestAside(String dataset, int row) throws IOException {
    make(flat());
    List<Long> damaged = damage(dataset, row);
    assertThat(damaged).hasSizeBetween(1, IMAGES - 1);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.dropped()).extracting(Dropped::id).containsExactlyElementsOf(damaged);
    }
    for (long id : damaged) {
      byte[] aside = Files.readAllBytes(folder.resolve("store.h5.damaged/" + id + ".raw"));
      byte[] whole = stored.remove(id).image().pixels();
      assertThat(aside).hasSameSizeAs(whole);
      assertThat(dataset.equals("images") || Arrays.equals(aside, whole)).isTrue();
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.stream()).containsExactlyElementsOf(stored.values());
    }
  }

  @Test
  void whatCantBeDecodedIsRefusedThoughChecksumsArentVerified() throws IOException {
    make(flat());
    Set<Long> damaged = Set.copyOf(damage("images", 10));
    Hdf5Options options = Hdf5Options.builder().verifyChecksums(false).build();
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file(), options)) {
      assertNamedOrRight(store, damaged);
      for (long id = 10; id < 20; id++) {
        long[] one = {id};
        if (damaged.contains(id)) {
          assertThatExceptionOfType(CorruptImageException.class)
              .isThrownBy(() -> store.readBatch(one))
              .withMessageContaining("compressed chunk");
        } else {
          assertThat(store.readBatch(one).image(0)).isEqualTo(stored.get(id).image());
        }
      }
    }
  }

  @Test
  void whereIdsAreLostWithTheirChunkTheOtherImagesAreReadAndTheRestIsLaidAside()
      throws IOException {
    make(noise());
    int lost = damage("ids", 0).size();
    int known = IMAGES - lost;
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertThat(store.size()).isEqualTo(known).isPositive().isLessThan(IMAGES);
      assertFoundOrNotToBeTold(store, known);
      assertThat(store.verify().storeProblems()).isNotEmpty();
    }
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.mended()).hasSize(lost);
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
      assertThat(aside.filter(file -> file.toString().endsWith(".raw"))).hasSize(lost);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"metadata_offsets", "metadata_sizes"})
  void whereMetadataCantBeFoundTheStoreIsOpenedToWriteAndRepaired(String dataset)
      throws IOException {
    make(flat());
    List<Long> damaged = damage(dataset, 0);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      replace(store, 1000);
      delete(store, 0);
      store.repair(RepairPolicy.dropDamaged());

      stored.keySet().removeAll(damaged);
      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.stream()).containsExactlyElementsOf(stored.values());
    }
  }

  @Test
  void afterAnImageBesideThemWasDeletedLostIdsStayLost() throws IOException {
    make(SampleImages.list(1000, IMAGES, RGB, 1)); // so that 0 is nobody's
    List<Long> lost = damage("ids", 0);
    assertThat(lost).hasSizeBetween(1, IMAGES - 1).doesNotContain(0L);
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      delete(store, 1000);
    }
    lost.forEach(row -> stored.remove(1000 + row));
    Hdf5Options unchecked = Hdf5Options.builder().verifyChecksums(false).build();
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file(), unchecked)) {
      assertThat(store.size()).isEqualTo(stored.size());
      stored.forEach((id, image) -> assertThat(store.get(id)).isEqualTo(image));
      assertThat(store.verify().storeProblems()).isNotEmpty();
    }
    try (ImageStore store = Hdf5ImageStore.open(file(), unchecked)) {
      assertThat(store.repair(RepairPolicy.dropDamaged()).mended()).hasSameSizeAs(lost);
      assertThat(store.stream()).containsExactlyElementsOf(stored.values());
    }
  }

  private void assertFoundOrNotToBeTold(ImageSource store, int known) {
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
    assertThat(found).hasSize(known);
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

  private void assertNamedOrRight(ImageSource store, Set<Long> damaged) {
    assertThat(store.size()).isEqualTo(stored.size());
    assertThat(store.verify().damagedIds()).containsExactly(array(damaged));
    stored.forEach(
        (id, image) -> {
          try {
            assertThat(store.get(id)).isEqualTo(image);
            assertThat(damaged).doesNotContain(id);
          } catch (CorruptImageException e) {
            assertThat(e.id()).isEqualTo(id);
            assertThat(damaged).contains(id);
          }
        });
  }

  private static long[] array(Set<Long> ids) {
    return ids.stream().mapToLong(id -> id).sorted().toArray();
  }
}
