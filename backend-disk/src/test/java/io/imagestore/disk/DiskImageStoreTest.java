package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.SampleType;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is this backend's own: its files, and what people do to them. */
class DiskImageStoreTest {
  private static final ImageShape SHAPE = new ImageShape(6, 7, 3);

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("store");
  }

  private static List<LabeledImage> images(long from, int count) {
    return SampleImages.list(from, count, SHAPE, 1);
  }

  @Test
  void imagesThatCantBeReadNowAreNotDamaged() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 3));
    }
    Path images = path.resolve("images/000");
    Files.move(images, folder.resolve("elsewhere"));
    Files.createSymbolicLink(images, images);
    List<CorruptImageException> damaged = new ArrayList<>();
    try (ImageSource store = DiskImageStore.openReadOnly(path);
        Stream<LabeledImage> whole = store.stream(damaged::add)) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(whole::toList)
          .isExactlyInstanceOf(ImageStoreException.class)
          .withMessageContaining("symbolic links");
    }
    assertThat(damaged).isEmpty();
  }

  @Test
  void aFileLiesUnderItsIdAndOpensAnywhere() throws IOException {
    Image image = SampleImages.noise(SHAPE, 3);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.put(3, image, 8);
    }
    BufferedImage read = ImageIO.read(path.resolve("images/000/3.png").toFile());

    assertThat(Image.from(read)).isEqualTo(image);
  }

  @Test
  void noFolderHoldsMoreThanAThousandFiles() throws IOException {
    Image image = SampleImages.noise(new ImageShape(1, 1, 1), 3);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(IntStream.range(0, 1100).mapToObj(i -> new LabeledImage(i, image, i)));
      store.putBatch(
          IntStream.range(0, 900).mapToObj(i -> new LabeledImage(1L << (i % 60), image, i)));
    }
    try (Stream<Path> folders = Files.list(path.resolve("images"))) {
      for (Path each : folders.toList()) {
        try (Stream<Path> files = Files.list(each)) {
          assertThat(files.count()).isLessThanOrEqualTo(1000);
        }
      }
    }
    assertThat(StoreFolder.files(path)).contains("images/001/1099.png");
  }

  @Test
  void theTableHasARowForEachImageAndAMarkForEachCall() throws IOException {
    try (ImageStore store =
        DiskImageStore.open(
            path, DiskOptions.builder().labelNames(List.of("cat", "dog")).build())) {
      store.putBatch(images(0, 2));
      store.delete(1);
    }
    List<String> lines = StoreFolder.lines(path);

    assertThat(lines.get(0))
        .isEqualTo(
            "#{\"format\":\"imagestore-disk\",\"version\":1,\"labelNames\":[\"cat\",\"dog\"]}");
    assertThat(lines.get(1))
        .isEqualTo(
            "id,label,height,width,channels,sample_type,encoding,file,bytes,crc32c,"
                + "metadata_file,metadata_at,metadata_bytes,metadata_crc32c,record_crc32c");
    assertThat(lines.get(2)).isEqualTo("# flushed");
    assertThat(lines.get(3))
        .matches("0,-?\\d+,6,7,3,uint8,raw,images/000/0.png,\\d+,\\d+,,0,0,0,\\d+");
    assertThat(lines.get(5)).matches("# commit of 2 rows, flushed to \\d+, crc32c [0-9a-f]{8}");
    assertThat(lines.get(6)).isEqualTo("1,0,0,0,0,,,,0,0,,0,0,0,0");
    assertThat(lines).last().isEqualTo("# flushed");
  }

  @Test
  void aTableThatIsMostlyOutdatedIsWrittenAnewOnOpening() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      for (int round = 0; round < 15; round++) {
        store.putBatch(images(0, 100));
      }
    }
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThat(StoreFolder.lines(path)).hasSizeLessThan(110);
      assertThat(store.size()).isEqualTo(100);
      assertThat(store.verify().isClean()).isTrue();
    }
    assertThat(StoreFolder.files(path)).hasSize(100);
  }

  @Test
  void overwritingAndDeletingLeaveNoFilesBehind() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 50));
      store.putBatch(images(0, 50));
      for (int id = 10; id < 50; id++) {
        store.delete(id);
      }
      store.flush();
      assertThat(StoreFolder.files(path)).hasSize(10);
    }
  }

  @Test
  void aFileReplacedByOneOfTheSamePixelsIsRead() throws IOException {
    LabeledImage image = images(0, 1).get(0);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(List.of(image));
      Path file = path.resolve("images/000/0.png");
      byte[] before = Files.readAllBytes(file);
      ImageIO.write(image.image().toBufferedImage(), "png", file.toFile());
      assertThat(Files.readAllBytes(file)).isNotEqualTo(before);

      assertThat(store.get(0)).isEqualTo(image);
    }
  }

  @Test
  void aFileReplacedByOneOfOtherPixelsIsDamage() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 2));
      Path file = path.resolve("images/000/0.png");
      ImageIO.write(SampleImages.noise(SHAPE, 1234).toBufferedImage(), "png", file.toFile());

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(0))
          .withMessageContaining(path.toString())
          .withMessageContaining("images/000/0.png")
          .withMessageContaining("image 0");
      assertThat(store.get(1)).isEqualTo(images(1, 1).get(0));
    }
  }

  @Test
  void aFileReplacedByOneOfAnotherShapeIsDamageThatNamesBoth() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 1));
      BufferedImage other = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
      ImageIO.write(other, "png", path.resolve("images/000/0.png").toFile());

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(0))
          .withMessageContaining("1x2x1")
          .withMessageContaining("6x7x3");
    }
  }

  @Test
  void aFileReplacedByOneOfSixteenBitsIsDamageThatSaysSo() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 1));
      BufferedImage deep = new BufferedImage(7, 6, BufferedImage.TYPE_USHORT_GRAY);
      ImageIO.write(deep, "png", path.resolve("images/000/0.png").toFile());

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(0))
          .withMessageContaining("isn't what was stored: The image is 6x7x1 UINT16, not 6x7x3");
      assertThat(store.verify().damagedIds()).containsExactly(0);
    }
  }

  @Test
  void aMissingFileIsDamage() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 2));
      Files.delete(path.resolve("images/000/1.png"));

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(1))
          .withMessageContaining("missing");
    }
  }

  @Test
  void aHugeFileInPlaceOfAnImageIsDamageAndTakesNoMemory() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 1));
      try (RandomAccessFile file =
          new RandomAccessFile(path.resolve("images/000/0.png").toFile(), "rw")) {
        file.setLength(4L << 30);
      }

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(0))
          .withMessageContaining("4294967296 bytes");
    }
  }

  @Test
  void anImageLargerThanTheLimitIsRefused() {
    DiskOptions options = DiskOptions.builder().maxPixels(41).build();
    try (ImageStore store = DiskImageStore.open(path, options)) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.putBatch(images(0, 1)))
          .withMessageContaining("41 pixels");
    }
  }

  @Test
  void anImageStoredUnderAHigherLimitIsNotTakenForDamaged() {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 1));
    }
    try (ImageStore store =
        DiskImageStore.open(path, DiskOptions.builder().maxPixels(41).build())) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.get(0))
          .withMessageContaining("maxPixels");
    }
  }

  @Test
  void anImageOfSixteenBitsLiesInAPngOfSixteenBits() throws IOException {
    ImageShape shape = new ImageShape(6, 7, 1, SampleType.UINT16);
    Image image = SampleImages.noise(shape, 5);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.put(1, image, 0);

      assertThat(store.get(1).image()).isEqualTo(image);
    }
    BufferedImage read = ImageIO.read(path.resolve("images/000/1.png").toFile());
    assertThat(Image.from(read)).isEqualTo(image);
    assertThat(StoreFolder.text(path)).contains("\n1,0,6,7,1,uint16,raw,images/000/1.png,");
  }

  @Test
  void anImageOfFloatsIsRefused() {
    ImageShape shape = new ImageShape(1, 2, 1, SampleType.FLOAT32);
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.put(1, Image.of(shape, ByteBuffer.allocate(8)), 0))
          .withMessageContaining("FLOAT32")
          .withMessageContaining("choose another backend");
    }
  }

  @Test
  void anImageOfFiveChannelsIsRefused() {
    try (ImageStore store = DiskImageStore.open(path)) {
      assertThatExceptionOfType(UnsupportedImageException.class)
          .isThrownBy(() -> store.put(1, Image.of(1, 1, 5, new byte[5]), 0))
          .withMessageContaining("1 to 4 channels");
    }
  }

  @Test
  void aFolderOfOtherThingsIsLeftAlone() throws IOException {
    Files.createDirectories(path);
    Files.writeString(path.resolve("thesis.txt"), "Chapter 1");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(path))
        .withMessageContaining("thesis.txt");
    assertThat(path.resolve("labels.csv")).doesNotExist();
    assertThat(path.resolve("lock")).doesNotExist();
  }

  @Test
  void aStoreIsRecognised() {
    DiskImageStore.open(path).close();
    try (ImageSource store = ImageStores.open(path)) {
      assertThat(store.info().backend()).isEqualTo("disk");
    }
  }

  @Test
  void generalOptionsAreUnderstood() {
    StoreOptions options =
        StoreOptions.builder().labelNames(List.of("a")).mode(OpenMode.CREATE_NEW).build();
    try (ImageStore store = ImageStores.open("disk", path, options)) {
      assertThat(store.info().labelNames()).containsExactly("a");
    }
  }

  @Test
  void labelNamesThatCouldntBeReadAgainAreRefusedAndTheStoreStaysAsItIs() {
    makeStore(path, 1, 3);
    DiskOptions options =
        DiskOptions.builder().labelNames(List.of("x".repeat(1 << 23), "y".repeat(1 << 23))).build();
    for (Path each : List.of(path, folder.resolve("new"))) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> DiskImageStore.open(each, options))
          .withMessageContaining("2 label names");
    }
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(StoreFolder.images(path, Opening.TO_WRITE)).isEqualTo(images(0, 3));
  }

  @Test
  void aRowOfAnImageThatItsFileCantHoldIsDamageAndTakesNoMemory() throws IOException {
    makeStore(path, 1, 2);
    Snapshot lies =
        Snapshot.EMPTY
            .with(0, entry(0, new ImageShape(16384, 16384, 4, SampleType.UINT16)))
            .with(1, entry(1, new ImageShape(16384, 16383, 4)));
    LabelTable.replace(path, StoreFiles.ofSystem(), List.of(), lies);
    Files.delete(path.resolve(StateFile.FILE));
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      for (long id : new long[] {0, 1}) {
        assertThatExceptionOfType(CorruptImageException.class)
            .isThrownBy(() -> store.get(id))
            .withMessageContaining("can't hold an image of 16384x1638");
      }
      assertThat(store.verify().damagedIds()).containsExactly(0, 1);
    }
  }

  private static Entry entry(long sequence, ImageShape shape) {
    return new Entry(sequence, shape, null, 0, 0, 80, MetadataPlace.NONE);
  }

  @Test
  void aDamagedFileTooLargeToBeLaidAsideKeepsNoOtherFromBeingRepaired() throws IOException {
    makeStore(path, 1, 4);
    Path large = path.resolve("images/000/1.png");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    Files.writeString(path.resolve("images/000/2.png"), "junk");
    try (ImageStore store = DiskImageStore.open(path)) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.dropped()).hasSize(1);
      assertThat(report.storeProblems()).first().asString().contains(large.toString());
      assertThat(store.verify().damagedIds()).containsExactly(1);
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no devices among its files")
  void aDeviceInTheFilesPlaceIsNotReadFrom() throws IOException {
    makeStore(path, 1, 3);
    Path file = path.resolve("images/000/1.png");
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/dev/zero"));
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.get(1))
          .withMessageContaining("1.png is no file");
    }
  }

  private static void makeStore(Path path, int from, int count, String... labelNames) {
    DiskOptions options = DiskOptions.builder().labelNames(List.of(labelNames)).build();
    try (ImageStore store = DiskImageStore.open(path, options)) {
      store.putBatch(SampleImages.list(0, count, SHAPE, from));
    }
  }

  @Test
  void aReaderStaysWithItsStoreThoughTheLinkItWasOpenedByComesToLeadElsewhere() throws IOException {
    makeStore(path, 1, 3, "cat", "dog");
    makeStore(folder.resolve("another"), 2, 8, "dog", "cat");
    Path link = Files.createSymbolicLink(folder.resolve("link"), path);
    try (ImageSource store = DiskImageStore.openReadOnly(link)) {
      Files.delete(link);
      Files.createSymbolicLink(link, folder.resolve("another"));

      assertThat(store.get(1)).isEqualTo(images(1, 1).get(0));
      assertThat(store.info().labelNames()).containsExactly("cat", "dog");
    }
  }

  @Test
  void aReaderTakesNoImageOfAStoreThatHasComeInThePlaceOfItsOwn() throws IOException {
    makeStore(path, 1, 3, "cat", "dog");
    makeStore(folder.resolve("another"), 2, 8, "dog", "cat");
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      Files.move(path, folder.resolve("moved"));
      Files.move(folder.resolve("another"), path);

      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.get(1))
          .withMessageContaining("another folder has come in the place of the store's");
      assertThat(store.size()).isEqualTo(3);
      assertThat(store.info().labelNames()).containsExactly("cat", "dog");
    }
  }

  @Test
  void aReaderElsewhereTellsTheLabelNamesThatGoWithWhatItServes() {
    makeStore(path, 1, 3, "cat", "dog");
    try (ImageSource elsewhere = DiskImageStore.openReadOnly(path)) {
      makeStore(path, 2, 3, "dog", "cat"); // overwrites all, and removes their old files

      assertThat(elsewhere.info().labelNames()).containsExactly("cat", "dog");
      assertThat(elsewhere.get(1)).isEqualTo(SampleImages.list(1, 1, SHAPE, 2).get(0));
      assertThat(elsewhere.info().labelNames()).containsExactly("dog", "cat");
    }
  }

  @Test
  void aReaderElsewhereFollowsAnOverwriteWhoseOldFileIsGone() {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 3));
      store.flush();
      try (ImageSource reader = DiskImageStore.openReadOnly(path)) {
        store.put(1, SampleImages.noise(SHAPE, 77), 77);
        store.delete(2);
        store.flush();

        assertThat(reader.get(1)).isEqualTo(new LabeledImage(1, SampleImages.noise(SHAPE, 77), 77));
        assertThat(reader.find(2)).isEmpty();
      }
    }
  }

  @Test
  void theBytesOnDiskAreThoseOfImagesAndTable() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(images(0, 5));
      store.putBatch(images(3, 5));
      store.delete(0);
      store.flush();
      long bytes = Files.size(StoreFolder.table(path));
      for (String file : StoreFolder.files(path)) {
        bytes += Files.size(path.resolve(file));
      }

      assertThat(store.info().bytesOnDisk()).isEqualTo(bytes);
    }
  }

  @Test
  void moreSupersededFilesThanAreKeptAreFlushedOut() throws IOException {
    Image image = SampleImages.noise(new ImageShape(1, 1, 1), 3);
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(IntStream.range(0, 4_500).mapToObj(i -> new LabeledImage(3, image, i)));

      assertThat(StoreFolder.files(path)).hasSize(1);
    }
  }

  @Test
  void optionsOutOfRangeAreRefusedWithTheirValue() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> DiskOptions.builder().threads(0))
        .withMessageContaining("0");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> DiskOptions.builder().maxPixels(-5))
        .withMessageContaining("-5");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> DiskOptions.builder().maxPixels((1L << 28) + 1))
        .withMessageContaining("268435457");
  }
}
