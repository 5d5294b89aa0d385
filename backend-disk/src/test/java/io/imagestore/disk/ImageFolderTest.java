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
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {
  private static final ImageShape SHAPE = new ImageShape(4, 3, 3);

  @TempDir Path folder;

  private Image write(String className, String name) throws IOException {
    Path own = Files.createDirectories(folder.resolve(className));
    Image image = SampleImages.noise(SHAPE, (className + name).hashCode());
    ImageIO.write(image.toBufferedImage(), "png", own.resolve(name).toFile());
    return image;
  }

  private static List<LabeledImage> all(ImageFolder folder) {
    try (Stream<LabeledImage> images = folder.images()) {
      return images.toList();
    }
  }

  @Test
  void classesAreLabelsInTheOrderOfTheirNames() throws IOException {
    Image dog = write("dog", "rex.png");
    Image cat2 = write("cat", "b.PNG");
    Image cat1 = write("cat", "a.png");
    Files.writeString(folder.resolve("cat/notes.txt"), "of a cat");
    Files.writeString(folder.resolve("readme.txt"), "of animals");
    ImageFolder images = ImageFolder.open(folder);

    assertThat(images.classNames()).containsExactly("cat", "dog");
    assertThat(images.size()).isEqualTo(3);
    assertThat(images.file(2)).isEqualTo(folder.resolve("dog/rex.png"));
    assertThat(all(images))
        .containsExactly(
            new LabeledImage(0, cat1, 0),
            new LabeledImage(1, cat2, 0),
            new LabeledImage(2, dog, 1));
  }

  @Test
  void anExportedStoreIsReadBackByClass() throws IOException {
    Path target = folder.resolve("target");
    DiskOptions options = DiskOptions.builder().labelNames(List.of("cat", "dog")).build();
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"), options)) {
      store.put(5, SampleImages.noise(SHAPE, 5), 1);
      store.put(6, SampleImages.noise(SHAPE, 6), 0);
      ImageFolder.export(store, target);
    }

    assertThat(ImageFolder.open(target).classNames()).containsExactly("cat", "dog");
    assertThat(all(ImageFolder.open(target)))
        .containsExactly(
            new LabeledImage(0, SampleImages.noise(SHAPE, 6), 0),
            new LabeledImage(1, SampleImages.noise(SHAPE, 5), 1));
    assertThat(target.resolve("dog/5.png")).exists();
  }

  @Test
  void labelsWithoutNamesKeepTheirOrder() throws IOException {
    Path target = folder.resolve("target");
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"))) {
      store.put(0, SampleImages.noise(SHAPE, 5), 10);
      store.put(1, SampleImages.noise(SHAPE, 6), 9);
      ImageFolder.export(store, target);
    }

    assertThat(ImageFolder.open(target).classNames()).containsExactly("0000000009", "0000000010");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a/b", ".", "/tmp"})
  void aLabelNameThatWouldLeaveTheFolderIsRefused(String name) {
    DiskOptions options = DiskOptions.builder().labelNames(List.of(name)).build();
    try (ImageStore store = DiskImageStore.open(folder.resolve("store"), options)) {
      assertThatExceptionOfType(UnsupportedStoreException.class)
          .isThrownBy(() -> ImageFolder.export(store, folder.resolve("target")))
          .withMessageContaining(name);
    }
    assertThat(folder.resolve("target")).doesNotExist();
  }

  @Test
  void aFileThatIsNoPngIsNamed() throws IOException {
    write("cat", "a.png");
    Files.write(folder.resolve("cat/b.png"), "JFIF".getBytes(StandardCharsets.US_ASCII));

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> all(ImageFolder.open(folder)))
        .withMessageContaining("b.png");
  }

  @Test
  void aFileOfSixteenBitsASampleKeepsThem() throws IOException {
    BufferedImage deep = new BufferedImage(3, 2, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(2, 1, 0, 0xabcd);
    Files.createDirectories(folder.resolve("cat"));
    ImageIO.write(deep, "png", folder.resolve("cat/a.png").toFile());

    Image image = all(ImageFolder.open(folder)).get(0).image();

    assertThat(image.shape()).isEqualTo(new ImageShape(2, 3, 1, SampleType.UINT16));
    assertThat(image.pixels()).endsWith(0xcd, 0xab);
  }

  @Test
  void aFileThatIsNotDamagedButOfAnUnknownKindIsToldSo() throws IOException {
    write("cat", "a.png");
    Path file = folder.resolve("cat/a.png");
    byte[] png = Files.readAllBytes(file);
    byte[] unknown = {0, 0, 0, 0, 'A', 'B', 'C', 'D', (byte) 0xdb, 0x17, 0x20, (byte) 0xa5};
    ByteBuffer both = ByteBuffer.allocate(png.length + unknown.length);
    both.put(png, 0, 33).put(unknown).put(png, 33, png.length - 33); // behind IHDR
    Files.write(file, both.array());

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> all(ImageFolder.open(folder)))
        .withMessageContaining("a.png");
  }

  @Test
  void aFolderWithoutClassesIsRefused() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageFolder.open(folder))
        .withMessageContaining("no folders of classes");
  }

  @Test
  void aClassWithoutImagesIsRefused() throws IOException {
    write("cat", "a.png");
    Files.createDirectories(folder.resolve("dog"));

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageFolder.open(folder))
        .withMessageContaining("dog");
  }
}
