package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.RepairPolicy;
import io.imagestore.RepairReport;
import io.imagestore.SampleType;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images that are kept as the files they are. */
class EncodedImagesTest {
  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("store");
  }

  private static Image encoded(String format) {
    return SampleImages.encoded(format, 20, 30, 1);
  }

  private static Image unknown(String format) {
    return Image.encoded(ByteBuffer.wrap(new byte[] {1, 2, 3}), format, new ImageShape(9, 8, 3));
  }

  private void put(Image image) {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.put(7, image, 1);
    }
  }

  @ParameterizedTest
  @CsvSource({"jpeg,jpg", "png,png"})
  void theFileLiesByteForByteUnderItsOwnExtension(String format, String extension)
      throws IOException {
    put(encoded(format));

    assertThat(StoreFolder.files(path)).containsExactly("images/000/7." + extension);
    assertThat(path.resolve("images/000/7." + extension))
        .hasBinaryContent(encoded(format).encodedBytes());
    assertThat(StoreFolder.text(path))
        .contains("\n7,1,20,30,3,uint8," + format + ",images/000/7." + extension + ",");
  }

  @ParameterizedTest
  @CsvSource({"avif", "jpg", "raw", "x"})
  void aFormatThatNobodyHereKnowsIsTheExtension(String format) throws IOException {
    put(unknown(format));

    assertThat(StoreFolder.files(path)).containsExactly("images/000/7." + format);
    assertThat(StoreFolder.images(path, Opening.TO_READ))
        .containsExactly(new LabeledImage(7, unknown(format), 1));
  }

  @Test
  void anEncodedImageMayHaveAShapeThatNoPngCouldHold() throws IOException {
    ImageShape shape = new ImageShape(5, 4, 7, SampleType.FLOAT32);
    Image image = Image.encoded(ByteBuffer.wrap(new byte[] {9}), "exr", shape);
    put(image);

    assertThat(StoreFolder.images(path, Opening.TO_READ))
        .containsExactly(new LabeledImage(7, image, 1));
  }

  @Test
  void aFileReplacedByOneOfTheSamePixelsIsDamage() throws IOException {
    Image image = encoded("png");
    put(image);
    BufferedImage pixels = image.toBufferedImage();
    BufferedImage other = new BufferedImage(30, 20, BufferedImage.TYPE_INT_ARGB);
    other.createGraphics().drawImage(pixels, 0, 0, null);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(other, "png", file);
    Files.write(path.resolve("images/000/7.png"), file.toByteArray());

    requireDamaged("images/000/7.png");
  }

  @Test
  void aBitThatFlippedIsDamage() throws IOException {
    put(encoded("jpeg"));
    byte[] file = encoded("jpeg").encodedBytes();
    file[file.length / 2] ^= 1;
    Files.write(path.resolve("images/000/7.jpg"), file);

    requireDamaged("has other bytes than were stored");
  }

  @ParameterizedTest
  @CsvSource({"-1,has fewer than", "1,has more than", "-100000,has fewer than"})
  void aFileOfAnotherLengthIsDamageThoughChecksumsAreNotVerified(int more, String said)
      throws IOException {
    byte[] file = encoded("jpeg").encodedBytes();
    put(encoded("jpeg"));
    Files.write(
        path.resolve("images/000/7.jpg"), Arrays.copyOf(file, Math.max(0, file.length + more)));
    DiskOptions unverified = DiskOptions.builder().verifyChecksums(false).build();
    try (ImageSource store = DiskImageStore.openReadOnly(path, unverified)) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(7))
          .withMessageContaining(said);
    }
  }

  private void requireDamaged(String said) {
    try (ImageSource store = DiskImageStore.openReadOnly(path)) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(7))
          .withMessageContaining(said)
          .withMessageContaining("image 7");
      assertThat(store.verify().damagedIds()).containsExactly(7);
    }
  }

  @Test
  void replacingAnImageByOneOfAnotherFormatLeavesNoFileBehind() throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      store.put(7, encoded("jpeg"), 1);
      store.put(7, unknown("avif"), 2);
      store.put(8, encoded("png"), 3);
      store.delete(8);
      store.flush();

      assertThat(StoreFolder.files(path)).containsExactly("images/000/7-8.avif");
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void whatACrashLeftOfACallGoesWhateverItsFormat() throws IOException {
    put(encoded("jpeg"));
    Path crashed = crashedAfter(store -> store.put(8, unknown("avif"), 2));
    String table = StoreFolder.text(crashed);
    Files.writeString(
        StoreFolder.table(crashed), table.substring(0, table.lastIndexOf("\n8,") + 1));
    DiskImageStore.open(crashed).close();

    assertThat(StoreFolder.files(crashed)).containsExactly("images/000/7.jpg");
  }

  @Test
  void notesBesideTheImagesAreLeftAlone() throws IOException {
    put(encoded("jpeg"));
    Files.writeString(path.resolve("images/000/7.txt"), "a dog");
    Path crashed = crashedAfter(store -> store.put(8, encoded("png"), 2));
    try (ImageStore store = DiskImageStore.open(crashed)) {
      assertThat(store.verify().isClean()).isTrue();
    }

    assertThat(StoreFolder.files(crashed))
        .containsExactly("images/000/7.jpg", "images/000/7.txt", "images/000/8.png");
  }

  @Test
  void notesOnImagesToComeAreLeftAloneWhenAWriterHasCrashed() throws IOException {
    put(encoded("jpeg"));
    Path crashed = crashedAfter(store -> store.put(8, encoded("png"), 2));
    Files.writeString(crashed.resolve("images/000/900.txt"), "a dog");
    DiskImageStore.open(crashed).close();

    assertThat(StoreFolder.files(crashed))
        .containsExactly("images/000/7.jpg", "images/000/8.png", "images/000/900.txt");
  }

  @Test
  void notesOnImagesToComeAreLeftAloneWhenACallFails() throws IOException {
    put(encoded("jpeg"));
    Files.writeString(path.resolve("images/000/9.txt"), "a dog");
    try (ImageStore store = DiskImageStore.open(path)) {
      Stream<LabeledImage> failing =
          Stream.of(8, 9, 10, 11)
              .map(
                  id -> {
                    if (id == 11) {
                      throw new IllegalStateException("the source broke");
                    }
                    return new LabeledImage(id, unknown("x" + id), 1);
                  });
      assertThatIllegalStateException().isThrownBy(() -> store.putBatch(failing));
    }

    assertThat(StoreFolder.files(path)).containsExactly("images/000/7.jpg", "images/000/9.txt");
  }

  @Test
  void notesBesideTheImagesAreLeftAloneByARepair() throws IOException {
    put(encoded("jpeg"));
    Files.writeString(path.resolve("images/000/3.txt"), "a dog");
    Files.writeString(path.resolve("images/000/900.txt"), "a cat");
    Files.copy(path.resolve("images/000/7.jpg"), path.resolve("images/000/5.jpg"));
    try (ImageStore store = DiskImageStore.open(path)) {
      RepairReport report = store.repair(RepairPolicy.dropDamaged());

      assertThat(report.mended())
          .containsExactly(
              "the file images/000/5.jpg, which has no row in labels.csv, was laid aside");
    }

    assertThat(StoreFolder.files(path))
        .containsExactly("images/000/3.txt", "images/000/7.jpg", "images/000/900.txt");
  }

  private interface Call {
    void on(ImageStore store);
  }

  private Path crashedAfter(Call call) throws IOException {
    try (ImageStore store = DiskImageStore.open(path)) {
      call.on(store);
      return StoreFolder.copy(path, folder.resolve("crashed"));
    }
  }

  @Test
  void rawAndEncodedImagesOfOneShapeAreReadIntoOneBatch() {
    Image jpeg = encoded("jpeg");
    try (ImageStore store = DiskImageStore.open(path)) {
      store.putBatch(
          List.of(
              new LabeledImage(1, jpeg, 1),
              SampleImages.labeled(2, jpeg.shape(), 3),
              new LabeledImage(3, encoded("png"), 3)));

      assertThat(store.readBatch(new long[] {3, 1}).image(1)).isEqualTo(jpeg.decoded());
      assertThat(store.readBatch(new long[] {1, 2, 3}).size()).isEqualTo(3);
    }
  }
}
