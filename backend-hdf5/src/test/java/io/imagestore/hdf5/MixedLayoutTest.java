package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.SampleType;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedImageException;
import io.imagestore.hdf5.Hdf5Options.Layout;
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
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the mixed layout has beyond the uniform one, and how a store comes to one of them. */
final class MixedLayoutTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);
  private static final Image JPEG = SampleImages.encoded("jpeg", 30, 40, 1);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store.h5");
  }

  private ImageStore open(Layout layout) {
    return Hdf5ImageStore.open(
        file(), Hdf5Options.builder().layout(layout).chunkBytes(512).build());
  }

  // Which layout.

  @Test
  void aFirstImageThatIsEncodedMakesAStoreOfAnyImages() {
    try (ImageStore store = open(Layout.AUTO)) {
      assertThat(store.info().capabilities())
          .contains(Capability.ENCODED)
          .doesNotContain(Capability.MIXED_SHAPES);
      store.put(1, JPEG, 1);
      store.put(2, SampleImages.noise(RGB, 1), 2);

      assertThat(store.info().capabilities()).contains(Capability.ENCODED, Capability.MIXED_SHAPES);
      assertThat(store.get(1).image()).isEqualTo(JPEG);
    }
  }

  @Test
  void aFirstImageThatIsRawMakesAStoreOfItsShape() {
    try (ImageStore store = open(Layout.AUTO)) {
      store.put(1, SampleImages.noise(RGB, 1), 2);

      assertThat(store.info().capabilities())
          .doesNotContain(Capability.ENCODED, Capability.MIXED_SHAPES);
      assertThatExceptionOfType(ShapeMismatchException.class)
          .isThrownBy(() -> store.put(2, SampleImages.noise(new ImageShape(5, 4, 3), 1), 2))
          .withMessageContaining("layout(Layout.MIXED)");
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.put(2, JPEG, 2))
          .withMessageContaining("image 2 is a jpeg")
          .withMessageContaining("layout(Layout.MIXED)");
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void aFileThatHasImagesKeepsItsLayout(Layout asked) {
    try (ImageStore store = open(Layout.MIXED)) {
      store.put(1, SampleImages.noise(RGB, 1), 1);
    }
    try (ImageStore store = open(asked)) {
      store.put(2, JPEG, 1);

      assertThat(store.get(2).image()).isEqualTo(JPEG);
    }
  }

  @Test
  void aStoreToBeUniformRefusesAnEncodedFirstImageAndStaysEmpty() {
    try (ImageStore store = open(Layout.UNIFORM)) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.put(2, JPEG, 2));
      store.put(1, SampleImages.noise(RGB, 1), 1);

      assertThat(store.ids()).containsExactly(1);
    }
  }

  @Test
  void theLayoutIsNoOptionOfReading() {
    open(Layout.AUTO).close();
    Hdf5Options options = Hdf5Options.builder().layout(Layout.MIXED).build();

    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Hdf5ImageStore.openReadOnly(file(), options))
        .withMessageContaining("layout");
  }

  // Room.

  private static LabeledImage blob(long id, int bytes, long seed) {
    byte[] file = new byte[bytes];
    new SplittableRandom(seed).nextBytes(file);
    SampleType samples = id % 2 == 0 ? SampleType.UINT16 : SampleType.UINT8;
    Image image = Image.encoded(ByteBuffer.wrap(file), "webp", new ImageShape(4, 4, 3, samples));
    return new LabeledImage(id, image, 1).withMetadata("\"" + "x".repeat(bytes / 10) + "\"");
  }

  @Test
  void theRoomOfReplacedAndDeletedImagesIsUsedAgain() throws IOException {
    try (ImageStore store = open(Layout.MIXED)) {
      for (long id = 0; id < 100; id++) {
        store.put(blob(id, 3000, id));
      }
    }
    long before = Files.size(file());
    for (int opening = 0; opening < 6; opening++) {
      try (ImageStore store = open(Layout.MIXED)) {
        for (long id = 0; id < 100; id++) {
          store.put(blob(id, 2500 + (int) (id * 7 % 500), opening));
          if (id % 5 == 0) {
            store.delete(id);
            store.put(blob(id, 2999, opening));
          }
          store.flush();
        }
        assertThat(store.verify().isClean()).isTrue();
      }
    }
    assertThat(Files.size(file())).isLessThan(before * 3 / 2); // 6 times as much was written
  }

  @Test
  void aReplacementCostsAboutItsOwnSize() throws IOException {
    try (ImageStore store =
        Hdf5ImageStore.open(file(), Hdf5Options.builder().layout(Layout.MIXED).build())) {
      for (long id = 0; id < 100; id++) {
        store.put(blob(id, 100_000, id));
      }
      store.flush();
      long before = store.info().bytesOnDisk();
      for (long id = 0; id < 50; id++) {
        store.put(blob(id, 100_000, -id));
      }

      assertThat(store.info().bytesOnDisk() - before).isLessThan(50 * 150_000);
    }
  }

  @Test
  void aRandomSequenceOfWritesLeavesWhatItsModelHolds() {
    for (int seed = 0; seed < 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Layout layout = random.nextBoolean() ? Layout.MIXED : Layout.UNIFORM;
      Path path = folder.resolve(seed + ".h5");
      Hdf5Options options =
          Hdf5Options.builder()
              .layout(layout)
              .chunkRows(1 + random.nextInt(50))
              .chunkBytes(512 + random.nextInt(4000))
              .deflateLevel(random.nextInt(2))
              .build();
      TreeMap<Long, LabeledImage> model = new TreeMap<>();
      for (int opening = 0; opening < 5; opening++) {
        try (ImageStore store = Hdf5ImageStore.open(path, options)) {
          assertHolds(store, model, seed);
          for (int operation = 0; operation < 20; operation++) {
            operate(store, layout, model, random);
          }
          assertHolds(store, model, seed);
        }
      }
    }
  }

  private static void operate(
      ImageStore store, Layout layout, Map<Long, LabeledImage> model, SplittableRandom random) {
    switch (random.nextInt(6)) {
      case 0 -> store.flush();
      case 1, 2 -> {
        long id = random.nextInt(60);
        assertThat(store.delete(id)).isEqualTo(model.remove(id) != null);
      }
      case 3 -> {
        LabeledImage image = TestImages.image(layout, random.nextInt(60), random.nextInt());
        store.put(image);
        model.put(image.id(), image);
      }
      default -> {
        List<LabeledImage> batch =
            new ArrayList<>(
                TestImages.list(
                    layout, random.nextInt(50), 1 + random.nextInt(40), random.nextInt()));
        batch.add(TestImages.image(layout, batch.get(0).id(), random.nextInt())); // twice
        store.putBatch(batch);
        batch.forEach(image -> model.put(image.id(), image));
      }
    }
  }

  private static void assertHolds(ImageStore store, Map<Long, LabeledImage> model, int seed) {
    assertThat(store.stream().toList())
        .as("seed " + seed)
        .isEqualTo(new ArrayList<>(model.values()));
    assertThat(store.verify().isClean()).as("seed " + seed).isTrue();
  }

  // Damage.

  private void flip(String dataset, int row, int bit) throws IOException {
    long address;
    int bytes;
    try (HdfFile hdf = new HdfFile(file())) {
      ChunkedDataset numbers = (ChunkedDataset) hdf.getDatasetByPath(dataset);
      byte[] rows =
          new byte[numbers.getRawChunkBuffer(new int[numbers.getDimensions().length]).remaining()];
      numbers.getRawChunkBuffer(new int[numbers.getDimensions().length]).get(rows);
      address = indexOf(Files.readAllBytes(file()), rows);
      bytes = rows.length / numbers.getChunkDimensions()[0];
    }
    try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
      long at = address + (long) row * bytes + bit / 8;
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1 << bit % 8);
    }
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    int at = 0;
    while (!Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
      at++;
    }
    return at;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "offsets",
        "sizes",
        "shapes",
        "sample_types",
        "formats",
        "labels",
        "crc32c",
        "record_crc32c",
        "metadata_offsets",
        "metadata_sizes",
        "metadata_crc32c"
      })
  void eachBitThatFlipsInARowIsNamedWithItsImageAndTheOthersStayReadable(String dataset)
      throws IOException {
    try (ImageStore store = open(Layout.MIXED)) {
      for (long id = 0; id < 10; id++) {
        store.put(blob(id, 40 + 3 * (int) id, id));
      }
    }
    int bits = dataset.equals("sample_types") ? 8 : dataset.endsWith("offsets") ? 64 : 32;
    for (int bit = 0; bit < bits; bit += 3) {
      flip(dataset, 6, bit);
      try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
        assertThat(store.verify().damagedIds()).as("bit " + bit).containsExactly(6);
        assertThatExceptionOfType(CorruptImageException.class).isThrownBy(() -> store.get(6));
        assertThat(store.get(5)).isEqualTo(blob(5, 55, 5));
      }
      flip(dataset, 6, bit);
    }
  }

  @Test
  void whatADamagedRowRefersToIsNotWrittenOver() throws IOException {
    try (ImageStore store = open(Layout.MIXED)) {
      for (long id = 0; id < 16; id++) {
        store.put(blob(id, 400, id));
      }
    }
    flip("offsets", 6, 10); // 2400 becomes 3424, amid images 8 and 9
    try (ImageStore store = open(Layout.MIXED)) {
      store.delete(6);
      store.flush();
      for (long id = 100; id < 120; id++) {
        store.put(blob(id, 400, id));
      }
      store.flush();

      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.get(9)).isEqualTo(blob(9, 400, 9));
    }
  }

  @ParameterizedTest
  @CsvSource({"shapes, 31", "shapes, 0", "sample_types, 3", "formats, 22", "labels, 0"})
  void whateverADamagedRecordSaysItsBytesAreLaidAside(String dataset, int bit) throws IOException {
    LabeledImage image = blob(6, 400, 6);
    try (ImageStore store = open(Layout.MIXED)) {
      for (long id = 0; id < 10; id++) {
        store.put(blob(id, 400, id));
      }
    }
    flip(dataset, 6, bit);
    try (ImageStore store = open(Layout.MIXED)) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.dropped())
          .singleElement()
          .satisfies(
              dropped ->
                  assertThat(dropped.file().orElseThrow())
                      .hasBinaryContent(bytesOf(image.image())));
    }
  }

  private static byte[] bytesOf(Image image) {
    byte[] bytes = new byte[image.bytes().remaining()];
    image.bytes().get(bytes);
    return bytes;
  }

  // In and out.

  @Test
  void imagesAndMetadataAreFoundByWhoOpensTheStoreWithoutKnowingOfLayouts() {
    List<LabeledImage> images = TestImages.list(Layout.MIXED, 0, 50, 3);
    try (ImageStore store = new LayoutProvider.Mixed().open(file(), StoreOptions.defaults())) {
      store.putBatch(images);
    }
    try (ImageSource store = ImageStores.open(file())) {
      assertThat(store.stream().toList()).isEqualTo(images);
    }
  }
}
