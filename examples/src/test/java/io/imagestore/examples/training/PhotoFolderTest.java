package io.imagestore.examples.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhotoFolderTest {

  @TempDir private Path folder;

  private byte[] photo(String file, int height, int width) throws IOException {
    byte[] bytes = SampleImages.encoded("jpeg", height, width, file.hashCode()).encodedBytes();
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, bytes);
    return bytes;
  }

  @Test
  void foldersAreClasses() throws IOException {
    photo("dog/a.jpg", 10, 20);
    byte[] cat = photo("cat/b.JPEG", 30, 8);
    photo("dog/c.jpeg", 5, 5);
    Files.writeString(folder.resolve("README.md"), "no photograph");

    PhotoFolder photos = PhotoFolder.open(folder);

    assertThat(photos.hasClasses()).isTrue();
    assertThat(photos.classNames()).containsExactly("cat", "dog");
    List<LabeledImage> images = photos.images().get().toList();
    assertThat(images).extracting(LabeledImage::label).containsExactly(0, 1, 1);
    assertThat(images).extracting(LabeledImage::id).containsExactly(0L, 1L, 2L);
    assertThat(images.get(0).image().encodedBytes()).isEqualTo(cat);
  }

  @Test
  void photographsBesideFoldersOfClassesAreLeftOutAndCounted() throws IOException {
    photo("dog/a.jpg", 10, 20);
    photo("cat/b.jpg", 10, 20);
    photo("alone.jpg", 10, 20);

    PhotoFolder photos = PhotoFolder.open(folder);

    assertThat(photos.hasClasses()).isTrue();
    assertThat(photos.classNames()).containsExactly("cat", "dog");
    assertThat(photos.images().get()).extracting(LabeledImage::label).containsExactly(0, 1);
    assertThat(photos.leftOut()).isEqualTo(1);
  }

  @Test
  void filesAloneAreEachAClassOfItsOwn() throws IOException {
    photo("b.jpg", 10, 20);
    photo("a.jpg", 10, 20);

    PhotoFolder photos = PhotoFolder.open(folder);

    assertThat(photos.hasClasses()).isFalse();
    assertThat(photos.classNames()).containsExactly("a.jpg", "b.jpg");
    assertThat(photos.images().get()).extracting(LabeledImage::label).containsExactly(0, 1);
  }

  @Test
  void aFileThatIsNoPhotographIsNamed() throws IOException {
    Files.writeString(folder.resolve("a.jpg"), "text");

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> PhotoFolder.open(folder).images().get().toList())
        .withMessageContaining(folder.resolve("a.jpg").toString());
  }

  @Test
  void aFolderWithoutPhotographsIsNamed() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> PhotoFolder.open(folder))
        .withMessageContaining(folder.toString());
  }
}
