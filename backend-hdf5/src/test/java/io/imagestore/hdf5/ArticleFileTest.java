package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.ShapeMismatchException;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ArticleFileTest {

  private static final ImageShape WIDE = new ImageShape(20, 50, 3);

  @TempDir Path folder;

  private final ImageStore source = MemoryImageStore.open();

  private Path target() {
    return folder.resolve("export.h5");
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = Python.VARIABLE,
      matches = ".+",
      disabledReason = Python.REASON)
  void theArticlesFunctionReadsTheSameImagesAndLabels() throws IOException {
    source.putBatch(SampleImages.list(5, 1000, WIDE, 1)); // some chunks
    source.put(1L << 40, SampleImages.noise(WIDE, 2), 255);
    source.put(2, SampleImages.noise(WIDE, 3), 128);

    ArticleFile.write(source, target());

    assertThat(python().lines().toList()).isEqualTo(lines());
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = Python.VARIABLE,
      matches = ".+",
      disabledReason = Python.REASON)
  void aStoreWithoutImagesGivesEmptyArrays() throws IOException {
    ArticleFile.write(source, target());

    assertThat(python()).isEmpty();
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = Python.VARIABLE,
      matches = ".+",
      disabledReason = Python.REASON)
  void theArticlesFunctionReadsASingleImageAndItsLabel() throws IOException {
    for (LabeledImage image : singles()) {
      Path file = folder.resolve(image.id() + ".h5");

      ArticleFile.write(image, file);

      assertThat(pythonOfSingle(file).strip()).isEqualTo(line(image));
    }
  }

  /** As flat and as narrow as can be, too, and of the smallest and the largest labels. */
  private static List<LabeledImage> singles() {
    return List.of(
        new LabeledImage(7, SampleImages.noise(WIDE, 1), 255),
        new LabeledImage(8, SampleImages.noise(new ImageShape(1, 5, 3), 2), 128),
        new LabeledImage(9, SampleImages.noise(new ImageShape(6, 1, 1), 3), 0));
  }

  private static String pythonOfSingle(Path file) throws IOException {
    return Python.lines(
        "import h5py, subprocess, zlib",
        "import numpy as np",
        "def read_single(path):",
        "    file = h5py.File(path, 'r+')",
        "    image = np.array(file['/image']).astype('uint8')",
        "    label = int(np.array(file['/meta']).astype('uint8'))",
        "    assert file['/image'].dtype == file['/meta'].dtype == np.uint8",
        "    assert sorted(file) == ['image', 'meta'] and file['/meta'].shape == ()",
        "    file.close()",
        "    return image, label",
        "for tool in ['h5dump', '-H'], ['h5stat'], ['h5debug']:",
        "    subprocess.run(tool + ['" + file + "'], check=True, capture_output=True)",
        "image, label = read_single('" + file + "')",
        "print(label, image.shape, zlib.crc32(image.tobytes()))");
  }

  private String python() throws IOException {
    return Python.lines(
        "import h5py, zlib",
        "import numpy as np",
        "def read_many(path):",
        "    file = h5py.File(path, 'r+')",
        "    images = np.array(file['/images']).astype('uint8')",
        "    labels = np.array(file['/meta']).astype('uint8')",
        "    assert file['/images'].dtype == file['/meta'].dtype == np.uint8",
        "    assert sorted(file) == ['images', 'meta']",
        "    return images, labels",
        "images, labels = read_many('" + target() + "')",
        "assert images.ndim == 4 and labels.shape == images.shape[:1]",
        "for image, label in zip(images, labels):",
        "    print(label, image.shape, zlib.crc32(image.tobytes()))");
  }

  private List<String> lines() {
    return source.stream().map(ArticleFileTest::line).toList();
  }

  private static String line(LabeledImage image) {
    ImageShape shape = image.image().shape();
    CRC32 crc = new CRC32();
    crc.update(image.image().pixels());
    return String.format(
        "%d (%d, %d, %d) %d",
        image.label(), shape.height(), shape.width(), shape.channels(), crc.getValue());
  }

  @Test
  void aStoreOpensItReadOnly() {
    source.putBatch(SampleImages.list(0, 400, SampleImages.CIFAR, 1));

    ArticleFile.write(source, target());

    try (ImageSource store = Hdf5ImageStore.openReadOnly(target())) {
      assertThat(store.stream().toList()).isEqualTo(source.stream().toList());
    }
  }

  @Test
  void aSingleImageOpensReadOnlyAsAStoreOfOne() {
    for (LabeledImage image : singles()) {
      Path file = folder.resolve(image.id() + ".h5");

      ArticleFile.write(image, file);

      try (ImageSource store = Hdf5ImageStore.openReadOnly(file)) {
        assertThat(store.stream())
            .containsExactly(new LabeledImage(0, image.image(), image.label()));
      }
    }
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("7.h5", "8.h5", "9.h5");
  }

  @Test
  void aSingleImageWhoseLabelDoesNotFitIsRefused() {
    LabeledImage image = new LabeledImage(7, SampleImages.noise(WIDE, 1), 256);

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFile.write(image, target()))
        .withMessageContaining("the label of image 7 is 256");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aSingleImageDoesNotReplaceWhatIsThere() throws IOException {
    Files.writeString(target(), "mine");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFile.write(singles().get(0), target()))
        .withMessageContaining(target().toString());
    assertThat(target()).hasContent("mine");
  }

  @Test
  void theFileIsAllThatIsLeft() {
    source.putBatch(SampleImages.list(0, 10, SampleImages.CIFAR, 1));

    ArticleFile.write(source, target());

    assertThat(folder.toFile().list()).containsExactly("export.h5");
  }

  @Test
  void aLabelThatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
    source.put(7, SampleImages.noise(SampleImages.CIFAR, 1), 256);

    Path inMissingFolder = folder.resolve("missing").resolve("export.h5");
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFile.write(source, inMissingFolder))
        .withMessageContaining("the label of image 7 is 256");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aNegativeLabelIsRefused() {
    source.put(7, SampleImages.noise(SampleImages.CIFAR, 1), -1);

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining("the label of image 7 is -1");
  }

  @Test
  void imagesOfTwoShapesAreRefusedAndNothingIsLeft() {
    source.putBatch(SampleImages.list(0, 500, SampleImages.CIFAR, 1));
    source.put(500, SampleImages.noise(WIDE, 1), 0);

    assertThatExceptionOfType(ShapeMismatchException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining("image 500 is 20x50x3, but image 0 is 32x32x3");
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT16", "FLOAT32"})
  void samplesThatAreNoBytesAreRefusedAndNothingIsLeft(SampleType sampleType) {
    LabeledImage deep =
        new LabeledImage(7, SampleImages.noise(new ImageShape(4, 5, 1, sampleType), 1), 0);
    source.put(deep);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining("image 7 is 4x5x1 " + sampleType);
    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFile.write(deep, target()))
        .withMessageContaining("image 7 is 4x5x1 " + sampleType);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void encodedImagesAreDecoded() {
    Image png = SampleImages.encoded("png", 4, 5, 1);
    Image jpeg = SampleImages.encoded("jpeg", 4, 5, 2);
    source.put(0, png, 3);
    source.put(1, jpeg, 4);
    Path single = folder.resolve("single.h5");

    ArticleFile.write(source, target());
    ArticleFile.write(new LabeledImage(1, jpeg, 4), single);

    try (ImageSource many = Hdf5ImageStore.openReadOnly(target());
        ImageSource one = Hdf5ImageStore.openReadOnly(single)) {
      assertThat(many.stream())
          .containsExactly(
              new LabeledImage(0, png.decoded(), 3), new LabeledImage(1, jpeg.decoded(), 4));
      assertThat(one.stream()).containsExactly(new LabeledImage(0, jpeg.decoded(), 4));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9})
  void anEncodedImageThatIsDamagedIsNamed(long id) {
    source.put(5, SampleImages.noise(new ImageShape(40, 50, 3), 1), 0);
    source.put(id, halfAJpeg(), 3);

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining("image " + id + " in store memory");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aSingleImageThatIsDamagedIsNamed() {
    LabeledImage damaged = new LabeledImage(7, halfAJpeg(), 3);

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> ArticleFile.write(damaged, target()))
        .withMessageContaining("image 7");
    assertThat(folder).isEmptyDirectory();
  }

  private static Image halfAJpeg() {
    byte[] jpeg = SampleImages.encoded("jpeg", 40, 50, 1).encodedBytes();
    return Image.encoded(Arrays.copyOf(jpeg, jpeg.length / 2));
  }

  @Test
  void anImageThatNoCodecDecodesIsNamed() {
    Image webp = Image.encoded(ByteBuffer.allocate(30), "webp", WIDE);
    source.put(7, webp, 3);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining("image 7 in store memory")
        .withMessageContaining("webp");
    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleFile.write(new LabeledImage(7, webp, 3), target()))
        .withMessageContaining("image 7")
        .withMessageContaining("webp");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPathThatIsTakenIsRefusedAndLeftAsItIs() throws IOException {
    Files.writeString(target(), "mine");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleFile.write(source, target()))
        .withMessageContaining(target().toString());
    assertThat(target()).hasContent("mine");
  }
}
