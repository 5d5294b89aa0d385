package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

final class ArticleFolderTest {

  private static final String SCRIPT =
      """
      import csv, pathlib, sys, zlib
      import numpy as np
      from PIL import Image

      folder = pathlib.Path(sys.argv[1])

      def rows(name):
          with open(folder / name, "r") as f:
              yield from csv.reader(f, delimiter=" ", quotechar="|", quoting=csv.QUOTE_MINIMAL)

      def read_one(i):
          return np.array(Image.open(folder / f"{i}.png")), int(next(rows(f"{i}.csv"))[0])

      def read_many(n):
          images = [np.array(Image.open(folder / f"{i}.png")) for i in range(n)]
          return images, [int(row[0]) for row in rows(f"{n}.csv")]

      def tell(image, label):
          print(label, image.shape, image.dtype, zlib.crc32(image.tobytes()))

      n = int(sys.argv[2])
      images, labels = read_many(n)
      assert len(labels) == n
      for i in range(n):
          tell(images[i], labels[i])
      for i in range(n):
          tell(*read_one(i))
      """;

  @TempDir Path folder;

  private final ImageStore source = MemoryImageStore.open();

  private Path target() {
    return folder.resolve("export");
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "IMAGESTORE_PYTHON",
      matches = ".+",
      disabledReason = "IMAGESTORE_PYTHON names no Python that has numpy and Pillow")
  void theArticlesFunctionsReadTheSameImagesAndLabels() throws IOException, InterruptedException {
    source.putBatch(SampleImages.list(5, 12, SampleImages.CIFAR, 1));
    source.putBatch(SampleImages.list(1L << 40, 3, new ImageShape(7, 9, 4), 2));
    source.put(3, SampleImages.noise(new ImageShape(4, 6, 3), 3), -70_000);

    ArticleFolder.write(source, target());

    List<String> expected = source.stream().map(ArticleFolderTest::line).toList();
    List<String> twice = new ArrayList<>(expected);
    twice.addAll(expected);
    assertThat(python("16")).isEqualTo(twice);
  }

  private List<String> python(String count) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                System.getenv("IMAGESTORE_PYTHON"), "-c", SCRIPT, target().toString(), count)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static String line(LabeledImage image) {
    ImageShape shape = image.image().shape();
    CRC32 crc = new CRC32();
    crc.update(image.image().pixels());
    return String.format(
        "%d (%d, %d, %d) uint8 %d",
        image.label(), shape.height(), shape.width(), shape.channels(), crc.getValue());
  }

  @Test
  void labelsLieInOneTableAndBesideEachImage() {
    source.put(10, SampleImages.noise(SampleImages.CIFAR, 1), 3);
    source.put(20, SampleImages.noise(SampleImages.CIFAR, 2), -4);

    ArticleFolder.write(source, target());

    assertThat(target().resolve("0.csv")).hasBinaryContent(bytes("3\r\n"));
    assertThat(target().resolve("1.csv")).hasBinaryContent(bytes("-4\r\n"));
    assertThat(target().resolve("2.csv")).hasBinaryContent(bytes("3\r\n-4\r\n"));
    assertThat(target().toFile().list())
        .containsExactlyInAnyOrder("0.png", "1.png", "0.csv", "1.csv", "2.csv");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void aStoreWithoutImagesGivesAnEmptyTable() {
    ArticleFolder.write(source, target());

    assertThat(target().resolve("0.csv")).isEmptyFile();
  }

  @Test
  void anImageThatPngCantHoldIsRefusedAndNothingIsLeft() {
    source.putBatch(SampleImages.list(0, 5, SampleImages.CIFAR, 1));
    source.put(5, SampleImages.noise(new ImageShape(4, 4, 5), 1), 0);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFolder.write(source, target()))
        .withMessageContaining("image 5 is 4x4x5");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anImageOfFloatsIsRefusedAndNothingIsLeft() {
    ImageShape shape = new ImageShape(4, 4, 1, SampleType.FLOAT32);
    source.put(7, Image.of(shape, ByteBuffer.allocate(64)), 0);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFolder.write(source, target()))
        .withMessageContaining("image 7 is 4x4x1 FLOAT32");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void sixteenBitsASampleAreKept() throws IOException {
    ImageShape shape = new ImageShape(4, 4, 1, SampleType.UINT16);
    Image deep = SampleImages.noise(shape, 1);
    source.put(7, deep, 0);

    ArticleFolder.write(source, target());

    Image png = Image.encoded(Files.readAllBytes(target().resolve("0.png")));
    assertThat(png.decoded()).isEqualTo(deep);
  }

  @Test
  void anEncodedImageIsWrittenAsPngOfItsPixels() throws IOException {
    Image jpeg = SampleImages.encoded("jpeg", 4, 5, 1);
    source.put(7, jpeg, 0);

    ArticleFolder.write(source, target());

    Image png = Image.encoded(Files.readAllBytes(target().resolve("0.png")));
    assertThat(png.decoded()).isEqualTo(jpeg.decoded());
  }

  @Test
  void anEncodedImageThatIsDamagedIsNamed() {
    byte[] jpeg = SampleImages.encoded("jpeg", 40, 50, 1).encodedBytes();
    source.put(7, Image.encoded(Arrays.copyOf(jpeg, jpeg.length / 2)), 3);

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> ArticleFolder.write(source, target()))
        .withMessageContaining("image 7 in store memory");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPathThatIsTakenIsRefusedAndLeftAsItIs() throws IOException {
    Files.writeString(target(), "mine");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFolder.write(source, target()))
        .withMessageContaining(target().toString());
    assertThat(target()).hasContent("mine");
  }
}
