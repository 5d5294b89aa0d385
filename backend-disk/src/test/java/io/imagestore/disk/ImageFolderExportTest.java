package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageFolderExportTest {

  private static final ImageShape SHAPE = new ImageShape(4, 3, 3);

  @TempDir Path folder;

  private final ImageStore store = MemoryImageStore.open();

  private Path target() {
    return folder.resolve("target");
  }

  private static Image encoded(String format, long seed) {
    return SampleImages.encoded(format, 4, 3, seed);
  }

  private void put(long id, String format, int label, String file) {
    LabeledImage image = new LabeledImage(id, encoded(format, id), label);
    store.put(image.withMetadata("{\"size\":{\"file\":1},\"file\":\"" + file + "\"}"));
  }

  private void export(String... labelNames) {
    ImageFolder.export(named(labelNames), target());
  }

  /** The same images, with names for their labels. */
  private ImageStore named(String... labelNames) {
    StoreOptions options = StoreOptions.builder().labelNames(List.of(labelNames)).build();
    ImageStore named = ImageStores.open("memory", Path.of("named"), options);
    named.putBatch(store.stream());
    return named;
  }

  private static Map<String, ByteBuffer> files(Path folder) throws IOException {
    Map<String, ByteBuffer> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(path).toString(), ByteBuffer.wrap(Files.readAllBytes(path)));
      }
    }
    return files;
  }

  private List<String> names() throws IOException {
    return List.copyOf(files(target()).keySet());
  }

  @Test
  void aFolderThatWasReadComesBackAsItWas() throws IOException {
    Path origin = folder.resolve("origin");
    for (String path :
        List.of("cat/1.jpg", "cat/sub/1.jpg", "cat/noname", "dog/Größe \"9\".PNG", "dog/x.jpeg")) {
      String format = path.endsWith("PNG") ? "jpeg" : "png"; // names tell nothing
      Path file = origin.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, encoded(format, path.hashCode()).encodedBytes());
    }
    ImageFolder images = ImageFolder.open(origin);
    try (Stream<LabeledImage> stream = images.images()) {
      store.putBatch(stream);
    }

    export(images.classNames().toArray(String[]::new));

    assertThat(files(target())).isEqualTo(files(origin));
  }

  @Test
  void labelsWithoutNamesTakeThatOfTheFolderTheyCameFrom() throws IOException {
    put(0, "png", 7, "cat/1.png");
    put(1, "png", 8, "5/1.png");
    store.put(2, encoded("png", 2), 7);

    export();

    assertThat(names()).containsExactly("5/1.png", "cat/1.png", "cat/2.png");
  }

  @Test
  void aLabelWithoutNameTakesNoFolderOfAnothers() throws IOException {
    put(0, "png", 0, "cat/1.png");
    put(1, "png", 7, "cat/2.png");
    put(2, "png", 8, "0000000009/3.png");
    store.put(3, encoded("png", 3), 9);

    export("cat");

    assertThat(names())
        .containsExactly("0000000007/1.png", "0000000008/2.png", "0000000009/3.png", "cat/1.png");
  }

  @Test
  void imagesOfUnknownOriginAreNamedByClassAndId() throws IOException {
    store.put(5, encoded("jpeg", 5), 1);
    store.put(6, encoded("png", 6), 0);
    store.put(7, SampleImages.noise(SHAPE, 7), 0);

    export("cat", "dog");

    assertThat(names()).containsExactly("cat/6.png", "cat/7.png", "dog/5.jpg");
  }

  @Test
  void aRawImageIsWrittenAsPngWhateverItCameFrom() throws IOException {
    Image raw = SampleImages.noise(SHAPE, 1);
    store.put(new LabeledImage(1, raw, 0).withMetadata("{\"file\":\"cat/a.b/tom.jpg\"}"));
    store.put(new LabeledImage(2, raw, 0).withMetadata("{\"file\":\"cat/a.b/none\"}"));

    export("cat");

    assertThat(names()).containsExactly("cat/a.b/none.png", "cat/a.b/tom.png");
    Image back = Image.encoded(Files.readAllBytes(target().resolve("cat/a.b/tom.png")));
    assertThat(back.decoded()).isEqualTo(raw);
  }

  @Test
  void labelsWithoutNamesKeepTheirOrder() {
    store.put(0, encoded("png", 0), 10);
    store.put(1, encoded("png", 1), 9);

    export();

    assertThat(ImageFolder.open(target()).classNames()).containsExactly("0000000009", "0000000010");
  }

  @Test
  void anImageThatWasGivenAnotherLabelGoesToItsNewClass() throws IOException {
    put(3, "png", 1, "cat/1.png");

    export("cat", "dog");

    assertThat(names()).containsExactly("dog/3.png");
  }

  @Test
  void twoImagesOfOneOriginAreBothKept() throws IOException {
    put(3, "png", 0, "cat/1.png");
    put(4, "png", 0, "cat/1.png");
    put(5, "png", 0, "cat/1.png/2.png");

    export("cat");

    assertThat(names()).containsExactly("cat/1.png", "cat/4.png", "cat/5.png");
  }

  @Test
  void anImageNamedByItsIdTakesNobodysPlace() throws IOException {
    put(3, "png", 0, "cat/4.png");
    store.put(4, encoded("png", 4), 0);

    export("cat");

    assertThat(names()).containsExactly("cat/4-2.png", "cat/4.png");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../1.png",
        "cat/../../1.png",
        "cat/../1.png",
        "/tmp/1.png",
        "/cat/1.png",
        "cat//1.png",
        "cat/./1.png",
        "cat/",
        "cat",
        "",
        "1.png",
        "cat/\\u0000.png",
        "~/1.png",
      })
  void aPathThatIsNoPlaceInTheClasssFolderIsNotFollowed(String path) throws IOException {
    put(3, "png", 0, path);

    export("cat");

    assertThat(names()).containsExactly("cat/3.png");
    assertThat(folder.toFile().list()).containsExactly("target");
  }

  @Test
  void aPathLongerThanFileSystemsAllowIsNotFollowed() throws IOException {
    put(3, "png", 0, "cat/" + "x".repeat(256));
    put(4, "png", 0, "cat/" + "x/".repeat(600) + "1.png");

    export("cat");

    assertThat(names()).containsExactly("cat/3.png", "cat/4.png");
  }

  @Test
  void metadataOfAnotherKindIsNoPath() throws IOException {
    LabeledImage image = new LabeledImage(0, encoded("png", 0), 0);
    List<String> kinds = List.of("[1]", "{\"file\":7}", "\"cat/1.png\"", "{\"name\":\"cat/1\"}");
    for (int id = 0; id < kinds.size(); id++) {
      store.put(new LabeledImage(id, image.image(), 0).withMetadata(kinds.get(id)));
    }

    export("cat");

    assertThat(names()).containsExactly("cat/0.png", "cat/1.png", "cat/2.png", "cat/3.png");
  }

  @Test
  void aLinkThatSomebodyPutsThereIsNotFollowed() throws IOException {
    Path outside = Files.createDirectories(folder.resolve("outside"));
    put(0, "png", 0, "cat/a/1.png");
    put(1, "png", 0, "cat/out/1.png");
    store.put(2, encoded("png", 2), 1);
    Path cat = target().resolve("cat");
    ImageStore named = named("cat", "dog");
    ImageSource linking =
        streaming(
            named,
            named.stream()
                .peek(image -> link(image.id() == 1 ? cat.resolve("out") : null, outside))
                .peek(image -> link(image.id() == 2 ? target().resolve("dog") : null, outside)));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(() -> ImageFolder.export(linking, target()))
        .withMessageContaining("dog");

    assertThat(outside).isEmptyDirectory();
    assertThat(cat.resolve("1.png")).exists();
  }

  private static void link(Path link, Path target) {
    try {
      if (link != null) {
        Files.createSymbolicLink(link, target);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ImageSource streaming(ImageSource source, Stream<LabeledImage> images) {
    return (ImageSource)
        Proxy.newProxyInstance(
            ImageSource.class.getClassLoader(),
            new Class<?>[] {ImageSource.class},
            (proxy, method, arguments) ->
                method.getName().equals("stream") ? images : method.invoke(source, arguments));
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "a/b", ".", "/tmp"})
  void aLabelNameThatWouldLeaveTheFolderIsRefused(String name) {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> export(name))
        .withMessageContaining("'" + name + "'");
    assertThat(target()).doesNotExist();
  }

  @Test
  void oneNameOfTwoLabelsIsRefused() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> export("cat", "cat"))
        .withMessageContaining("two labels");
  }

  @Test
  void aRawImageThatPngCannotHoldIsRefused() {
    ImageShape floats = new ImageShape(2, 2, 1, SampleType.FLOAT32);
    store.put(3, Image.of(floats, ByteBuffer.allocate(16)), 0);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(this::export)
        .withMessageContaining("image 3 is 2x2x1 FLOAT32");
  }

  @Test
  void aFolderThatHoldsSomethingIsRefused() throws IOException {
    Files.createDirectories(target().resolve("mine"));

    assertThatExceptionOfType(ImageStoreException.class)
        .isThrownBy(this::export)
        .withMessageContaining("isn't empty");
  }
}
