package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.ShapeMismatchException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

class ArticleFolderReaderTest {
  private static final ImageShape SHAPE = new ImageShape(6, 5, 3);

  @TempDir Path folder;

  private static List<LabeledImage> images(int count) {
    return SampleImages.list(0, count, SHAPE, 1);
  }

  private void writePngs(List<LabeledImage> images) throws IOException {
    for (LabeledImage image : images) {
      ImageIO.write(
          image.image().toBufferedImage(), "png", folder.resolve(image.id() + ".png").toFile());
    }
  }

  private void writeTable(long number, List<LabeledImage> images) throws IOException {
    String rows =
        images.stream().map(image -> image.label() + "\r\n").collect(Collectors.joining());
    Files.writeString(folder.resolve(number + ".csv"), rows);
  }

  private static List<LabeledImage> all(ImageSource store) {
    try (Stream<LabeledImage> images = store.stream()) {
      return images.toList();
    }
  }

  @Test
  void aTableThatIsNotInUtf8IsNamed() throws IOException {
    Path article = Files.createDirectory(folder.resolve("latin"));
    Path table = Files.write(article.resolve("0.csv"), new byte[] {(byte) 0xe9, '\n'});
    Files.write(article.resolve("0.png"), new byte[1]);

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> DiskImageStore.openReadOnly(article))
        .withMessageContaining(table + " isn't in UTF-8");
  }

  @Test
  void aTableForAllImagesLabelsThem() throws IOException {
    writePngs(images(12));
    writeTable(12, images(12));
    try (ImageSource store = ImageStores.open(folder)) {
      assertThat(all(store)).isEqualTo(images(12));
      assertThat(store.readBatch(3, 4).label(2)).isEqualTo(images(12).get(5).label());
      assertThat(store.verify().isClean()).isTrue();
      assertThat(store.info().count()).isEqualTo(12);
    }
  }

  @Test
  void aTableBesideEachImageLabelsIt() throws IOException {
    writePngs(images(4));
    for (LabeledImage image : images(4)) {
      writeTable(image.id(), List.of(image));
    }
    try (ImageSource store = ImageStores.open(folder)) {
      assertThat(all(store)).isEqualTo(images(4));
      assertThat(store.label(2)).isEqualTo(images(4).get(2).label());
    }
  }

  @Test
  void ofSeveralTablesTheLongestCounts() throws IOException {
    writePngs(images(12));
    Files.writeString(folder.resolve("10.csv"), "77\n".repeat(10));
    writeTable(12, images(12));
    try (ImageSource store = ImageStores.open(folder)) {
      assertThat(all(store)).isEqualTo(images(12));
    }
  }

  @Test
  void nothingIsWrittenToIt() throws IOException {
    writePngs(images(1));
    writeTable(1, images(1));
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> DiskImageStore.open(folder))
        .withMessageContaining("only be read");
    ImageStores.open(folder).close();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void anImageWithoutALabelIsNamed() throws IOException {
    writePngs(images(3));
    writeTable(2, images(2));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(folder))
        .withMessageContaining("image 2");
  }

  @Test
  void aTableOfAnotherLengthThanItsNameSaysIsNamed() throws IOException {
    writePngs(images(3));
    writeTable(9, images(3));

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> ImageStores.open(folder))
        .withMessageContaining("9.csv");
  }

  @Test
  void aLabelThatIsNoNumberIsNamedWithItsLine() throws IOException {
    writePngs(images(2));
    Files.writeString(folder.resolve("2.csv"), "1\ncat\n");

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> ImageStores.open(folder))
        .withMessageContaining("line 2");
  }

  @Test
  void aDamagedFileIsDamageAndTheOthersStayReadable() throws IOException {
    writePngs(images(3));
    writeTable(3, images(3));
    Files.write(folder.resolve("1.png"), "no PNG".getBytes(StandardCharsets.US_ASCII));
    try (ImageSource store = ImageStores.open(folder)) {
      assertThatExceptionOfType(CorruptImageException.class).isThrownBy(() -> store.get(1));
      assertThat(store.get(2)).isEqualTo(images(3).get(2));
      assertThat(store.verify().damagedIds()).containsExactly(1);
    }
  }

  @Test
  void aFileThatIsGoneIsDamage() throws IOException {
    writePngs(images(3));
    writeTable(3, images(3));
    try (ImageSource store = ImageStores.open(folder)) {
      Files.delete(folder.resolve("1.png"));

      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(1))
          .withMessageContaining("1.png is missing");
    }
  }

  @Test
  void aFileThatCantBeReadNowIsNotDamaged() throws IOException {
    writePngs(images(3));
    writeTable(3, images(3));
    Path file = folder.resolve("1.png");
    Files.delete(file);
    Files.createSymbolicLink(file, file);
    List<CorruptImageException> damaged = new ArrayList<>();
    try (ImageSource store = ImageStores.open(folder);
        Stream<LabeledImage> whole = store.stream(damaged::add)) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(whole::toList)
          .isExactlyInstanceOf(ImageStoreException.class)
          .withMessageContaining("symbolic links");
    }
    assertThat(damaged).isEmpty();
  }

  @Test
  void imagesThatAreMissingOrOfAnotherShapeStopABatch() throws IOException {
    writePngs(images(2));
    writePngs(SampleImages.list(2, 1, new ImageShape(1, 1, 3), 1));
    Files.writeString(folder.resolve("3.csv"), "0\n0\n0\n");
    try (ImageSource store = ImageStores.open(folder)) {
      assertThatExceptionOfType(ShapeMismatchException.class)
          .isThrownBy(() -> store.readBatch(new long[] {0, 1, 2}));
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.readBatch(new long[] {0, 3}));
    }
  }

  @Test
  void anExportedStoreIsReadBack() throws IOException {
    Path target = folder.resolve("plain");
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"))) {
      store.putBatch(images(15));
      ArticleFolder.write(store, target);
    }
    try (ImageSource plain = ImageStores.open(target)) {
      assertThat(all(plain)).isEqualTo(images(15));
    }
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "IMAGESTORE_PYTHON",
      matches = ".+",
      disabledReason = "IMAGESTORE_PYTHON names no Python that has numpy and Pillow")
  void whatPythonWritesIsReadAndWhatIsExportedPythonReads()
      throws IOException, InterruptedException {
    Path ours = folder.resolve("ours");
    Path theirs = folder.resolve("theirs");
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"))) {
      store.putBatch(images(15));
      ArticleFolder.write(store, ours);
    }
    Path script =
        Files.writeString(
            folder.resolve("there_and_back.py"),
            """
            import csv, os, sys, numpy
            from PIL import Image

            ours, theirs = sys.argv[1:]
            with open(ours + "/15.csv", newline="") as file:
                labels = [int(row[0]) for row in csv.reader(file, delimiter=" ", quotechar="|", quoting=csv.QUOTE_MINIMAL)]
            images = [numpy.array(Image.open(f"{ours}/{i}.png")) for i in range(15)]
            os.mkdir(theirs)
            for i, image in enumerate(images):
                Image.fromarray(image).save(f"{theirs}/{i}.png")
            with open(theirs + "/15.csv", "w", newline="") as file:
                writer = csv.writer(file, delimiter=" ", quotechar="|", quoting=csv.QUOTE_MINIMAL)
                for label in labels:
                    writer.writerow([label])
            """);
    Process python =
        new ProcessBuilder(
                System.getenv("IMAGESTORE_PYTHON"),
                script.toString(),
                ours.toString(),
                theirs.toString())
            .inheritIO()
            .start();
    assertThat(python.waitFor()).isZero();

    try (ImageSource store = ImageStores.open(theirs)) {
      assertThat(all(store)).isEqualTo(images(15));
    }
  }
}
