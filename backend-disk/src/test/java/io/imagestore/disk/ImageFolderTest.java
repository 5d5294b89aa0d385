package io.imagestore.disk;

import static java.lang.String.format;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.ChildJvm;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageFolderTest {

  @TempDir Path folder;

  private Image write(String format, String path) throws IOException {
    Image image = SampleImages.encoded(format, 4, 3, path.hashCode());
    writeBytes(path, image.encodedBytes());
    return image;
  }

  private Path writeBytes(String path, byte[] bytes) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private List<LabeledImage> all() {
    try (Stream<LabeledImage> images = ImageFolder.open(folder).images()) {
      return images.toList();
    }
  }

  private List<UnreadableFile> unreadable() {
    List<UnreadableFile> unreadable = new ArrayList<>();
    try (Stream<LabeledImage> images = ImageFolder.open(folder).images(unreadable::add)) {
      images.forEach(image -> assertThat(image.image().isEncoded()).isTrue());
    }
    return unreadable;
  }

  private static LabeledImage image(long id, Image image, int label, String file) {
    return new LabeledImage(id, image, label, Optional.of("{\"file\":\"" + file + "\"}"));
  }

  // What is found.

  @Test
  void imagesAreKeptEncodedWithTheirPathsAndTheLabelsOfTheirClasses() throws IOException {
    Image rex = write("jpeg", "dog/rex.jpg");
    Image tom = write("png", "cat/tom.png");

    assertThat(ImageFolder.open(folder).classNames()).containsExactly("cat", "dog");
    assertThat(all())
        .containsExactly(image(0, tom, 0, "cat/tom.png"), image(1, rex, 1, "dog/rex.jpg"));
  }

  @Test
  void theContentSaysWhatAFileIsAndNotItsName() throws IOException {
    write("png", "cat/a.jpg");
    write("jpeg", "cat/b.PNG");
    write("jpeg", "cat/c");

    assertThat(all())
        .extracting(image -> image.image().format().orElseThrow())
        .containsExactly("png", "jpeg", "jpeg");
  }

  @Test
  void imagesComeInPyTorchsOrder() throws IOException {
    List<String> sorted =
        List.of(
            "Zebra/1.png",
            "cat/10.png",
            "cat/9.png",
            "cat/b.png",
            "cat/a/1.png",
            "cat/a-b/1.png",
            "cat/a/b/1.png",
            "\uFF21/1.png", // above the next in UTF-16, below it in code points
            "\uD83D\uDC31/1.png");
    for (String path : sorted) {
      write("png", path);
    }

    assertThat(all())
        .extracting(image -> image.metadata().orElseThrow())
        .containsExactlyElementsOf(
            sorted.stream().map(path -> "{\"file\":\"" + path + "\"}").toList());
    assertThat(all()).extracting(LabeledImage::label).containsExactly(0, 1, 1, 1, 1, 1, 1, 2, 3);
    assertThat(all())
        .extracting(LabeledImage::id)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
  }

  @Test
  void aFileOfSixteenBitsASampleComesAsItIs() throws IOException {
    BufferedImage deep = new BufferedImage(3, 2, BufferedImage.TYPE_USHORT_GRAY);
    Files.createDirectories(folder.resolve("cat"));
    ImageIO.write(deep, "png", folder.resolve("cat/a.png").toFile());

    Image image = all().get(0).image();

    assertThat(image.shape()).isEqualTo(new ImageShape(2, 3, 1, SampleType.UINT16));
    assertThat(image.encodedBytes()).isEqualTo(Files.readAllBytes(folder.resolve("cat/a.png")));
  }

  @Test
  void quotesInAPathAreEscapedInItsMetadata() throws IOException {
    write("png", "cat/say \"hi\".png");

    assertThat(all().get(0).metadata()).contains("{\"file\":\"cat/say \\\"hi\\\".png\"}");
  }

  @Test
  void linksAreFollowed() throws IOException {
    Image rex = write("jpeg", "cat/1.jpg");
    Files.createSymbolicLink(folder.resolve("dog"), folder.resolve("cat"));

    assertThat(all()).containsExactly(image(0, rex, 0, "cat/1.jpg"), image(1, rex, 1, "dog/1.jpg"));
  }

  @Test
  void namesAreUtf8WhateverTheLocale() throws IOException, InterruptedException {
    write("png", "\u00fc/\u00e9/\u6f22.png");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Listing.class.getName(),
                folder.toString())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();

    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("[\\u00fc]").contains("{\"file\":\"\\u00fc/\\u00e9/\\u6f22.png\"}");
  }

  @Test
  void aFolderLargerThanTheHeapIsRead() throws IOException {
    byte[] large =
        Arrays.copyOf(SampleImages.encoded("jpeg", 4, 3, 1).encodedBytes(), 2 << 20); // and padding
    Path first = writeBytes("cat/0.jpg", large);
    for (int i = 1; i < 100; i++) {
      Files.createLink(folder.resolve("cat/" + i + ".jpg"), first);
    }

    try (ChildJvm child = ChildJvm.start(List.of("-Xmx32m"), Listing.class, folder)) {
      assertThat(child.succeed()).contains("100 images");
    }
  }

  /** Reads a folder and tells what is in it, in ASCII. */
  static final class Listing {
    public static void main(String[] args) {
      ImageFolder folder = ImageFolder.open(Path.of(args[0]));
      System.out.println(ascii(folder.classNames().toString()));
      try (Stream<LabeledImage> images = folder.images()) {
        long count =
            images.peek(image -> System.out.println(ascii(image.metadata().orElse("")))).count();
        System.out.println(count + " images");
      }
    }

    private static String ascii(String text) {
      StringBuilder ascii = new StringBuilder();
      text.chars().forEach(c -> ascii.append(c < 128 ? "" + (char) c : format("\\u%04x", c)));
      return ascii.toString();
    }
  }

  // What isn't an image.

  @Test
  void whatIsNoImageIsPassedOverAndCanBeCounted() throws IOException {
    write("png", "cat/1.png");
    List<Path> others =
        List.of(
            writeBytes("cat/.DS_Store", ascii("\0\0\0\1Bud1")),
            writeBytes("cat/._1.png", new byte[] {0, 5, 22, 7, 0, 2, 0, 0}), // AppleDouble
            writeBytes("cat/.gitkeep", new byte[0]),
            writeBytes("cat/README", ascii("of cats")),
            writeBytes("cat/Thumbs.db", new byte[] {(byte) 0xd0, (byte) 0xcf, 0x11, (byte) 0xe0}));
    writeBytes("labels.txt", ascii("beside the classes"));
    List<Path> passedOver = new ArrayList<>();
    List<UnreadableFile> unreadable = new ArrayList<>();

    try (Stream<LabeledImage> images =
        ImageFolder.open(folder).images(unreadable::add, passedOver::add)) {
      assertThat(images.count()).isEqualTo(1);
    }

    assertThat(passedOver).containsExactlyElementsOf(others);
    assertThat(unreadable).isEmpty();
    assertThatCode(this::all).doesNotThrowAnyException();
  }

  @Test
  void hiddenFoldersAreToolsOwn() throws IOException {
    write("png", ".cache/1.png");
    write("png", "cat/1.png");
    write("png", "cat/.ipynb_checkpoints/1-checkpoint.png");

    assertThat(ImageFolder.open(folder).classNames()).containsExactly("cat");
    assertThat(all()).hasSize(1);
  }

  // What can't be read.

  @ParameterizedTest
  @CsvSource({
    "empty.jpg, '', the file is empty",
    "text.png, no image, by its content it is no image",
    "sticker.webp, RIFF1234WEBPVP8 , it is WebP",
    "drawing, GIF89a, it is GIF",
    "scan.tif, II*, by its content it is no image",
  })
  void aFileThatOughtToBeAnImageIsUnreadable(String name, String content, String reason)
      throws IOException {
    write("png", "cat/1.png");
    Path file = writeBytes("cat/" + name, ascii(content));

    assertThat(unreadable())
        .singleElement()
        .satisfies(
            unreadable -> {
              assertThat(unreadable.path()).isEqualTo(file);
              assertThat(unreadable.reason()).contains(reason);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void aFileWhoseHeaderIsDamagedIsUnreadable(String format) throws IOException {
    write("png", "cat/1.png");
    byte[] file = SampleImages.encoded(format, 4, 3, 1).encodedBytes();
    Path damaged = writeBytes("cat/2", Arrays.copyOf(file, 20));

    assertThat(unreadable()).extracting(UnreadableFile::path).containsExactly(damaged);
  }

  @Test
  void aLinkThatLeadsNowhereIsUnreadable() throws IOException {
    write("png", "cat/1.png");
    Path link = Files.createSymbolicLink(folder.resolve("cat/2.png"), Path.of("missing"));

    assertThat(unreadable()).containsExactly(new UnreadableFile(link, "the link leads nowhere"));
  }

  @Test
  void aLinkInACircleIsUnreadable() throws IOException {
    write("png", "cat/1.png");
    Path link = Files.createSymbolicLink(folder.resolve("cat/more"), folder.resolve("cat"));

    assertThat(unreadable()).extracting(UnreadableFile::path).containsExactly(link);
  }

  @Test
  void aHugeFileIsUnreadableAndNoMemoryIsTakenForIt() throws IOException {
    write("png", "cat/1.png");
    Path huge = writeBytes("cat/2.jpg", SampleImages.encoded("jpeg", 4, 3, 1).encodedBytes());
    try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(FileContent.MAX_BYTES + 1); // a hole, which takes no room
    }

    assertThat(unreadable())
        .singleElement()
        .satisfies(file -> assertThat(file.reason()).contains("bytes"));
  }

  @Test
  void aClassWithoutImagesIsUnreadable() throws IOException {
    write("png", "cat/1.png");
    writeBytes("dog/README", ascii("of dogs"));
    Files.createDirectories(folder.resolve("fox"));

    assertThat(unreadable())
        .extracting(UnreadableFile::path)
        .containsExactly(folder.resolve("dog"), folder.resolve("fox"));
  }

  @Test
  void idsCountTheImagesThatCanBeRead() throws IOException {
    write("png", "cat/1.png");
    writeBytes("cat/2.png", new byte[0]);
    write("png", "cat/3.png");
    List<LabeledImage> images;

    try (Stream<LabeledImage> stream = ImageFolder.open(folder).images(file -> {})) {
      images = stream.toList();
    }

    assertThat(images).extracting(LabeledImage::id).containsExactly(0L, 1L);
    assertThat(images.get(1).metadata()).contains("{\"file\":\"cat/3.png\"}");
  }

  @Test
  void whatCannotBeReadEndsAnImportAtItsEndNamedAltogether() throws IOException {
    for (int i = 0; i < 30; i++) {
      writeBytes("cat/" + (10 + i) + ".jpg", new byte[0]);
    }
    write("png", "dog/1.png");
    List<LabeledImage> seen = new ArrayList<>();

    try (ImageStore store = MemoryImageStore.open();
        Stream<LabeledImage> images = ImageFolder.open(folder).images()) {
      assertThatExceptionOfType(UnreadableFilesException.class)
          .isThrownBy(() -> store.putBatch(images.peek(seen::add)))
          .withMessageContaining("31 can't be read") // and the class
          .withMessageContaining("10.jpg: the file is empty")
          .withMessageContaining("and 11 more")
          .satisfies(e -> assertThat(e.files()).hasSize(31));
      assertThat(store.size()).isZero();
    }
    assertThat(seen).hasSize(1);
  }

  @Test
  void anInterruptedThreadReadsOn() throws IOException {
    write("png", "cat/1.png");

    Thread.currentThread().interrupt();
    try {
      assertThat(all()).hasSize(1);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  // What isn't such a folder.

  @Test
  void aFolderWithoutClassesIsRefused() throws IOException {
    writeBytes("1.png", SampleImages.encoded("png", 4, 3, 1).encodedBytes());

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageFolder.open(folder))
        .withMessageContaining("no folders of classes")
        .withMessageContaining("table");
  }

  @Test
  void aMissingFolderIsNotFound() {
    assertThatExceptionOfType(StoreNotFoundException.class)
        .isThrownBy(() -> ImageFolder.open(folder.resolve("missing")))
        .withMessageContaining("missing");
  }
}
