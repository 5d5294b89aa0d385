package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ArticleEnvironmentTest {

  private static final String REASON = "IMAGESTORE_PYTHON names no Python with lmdb and numpy";

  private static final String SCRIPT =
      """
      import lmdb, pickle, sys, zlib
      import numpy as np

      class CIFAR_Image:
          def __init__(self, image, label):
              raise AssertionError("only the writer makes new ones")

          def get_image(self):
              return np.frombuffer(self.image, dtype=np.uint8).reshape(*self.size, self.channels)

      def read_one(i):
          env = lmdb.open(sys.argv[1], readonly=True)
          with env.begin() as txn:
              found = pickle.loads(txn.get(f"{i:08}".encode("ascii")))
          env.close()
          return found

      def read_many(n):
          env = lmdb.open(sys.argv[1], readonly=True)
          with env.begin() as txn:
              assert txn.stat()["entries"] == n
              found = [pickle.loads(txn.get(f"{i:08}".encode("ascii"))) for i in range(n)]
          env.close()
          return found

      n = int(sys.argv[2])
      objects = read_many(n)
      for i in range(0, n, 7):
          assert vars(read_one(i)) == vars(objects[i])
      for found in objects:
          assert type(found.size) is tuple and type(found.label) is int
          image = found.get_image()
          print(found.label, image.shape, image.dtype, zlib.crc32(image.tobytes()))
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
      disabledReason = REASON)
  void theArticlesFunctionsReadTheSameImagesAndLabels() throws IOException, InterruptedException {
    source.putBatch(SampleImages.list(5, 30, SampleImages.CIFAR, 1));
    source.putBatch(SampleImages.list(1L << 40, 3, new ImageShape(7, 300, 1), 2));
    source.put(3, SampleImages.noise(new ImageShape(4, 6, 3), 3), -70_000);

    ArticleEnvironment.write(source, target());

    assertThat(python("CIFAR_Image", 34)).isEqualTo(lines());
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "IMAGESTORE_PYTHON",
      matches = ".+",
      disabledReason = REASON)
  void theMapGrowsOverManyTransactions() throws IOException, InterruptedException {
    source.putBatch(SampleImages.list(0, 40, new ImageShape(700, 500, 3), 1)); // 42 MB

    ArticleEnvironment.write(source, target(), new ArticlePickle("__main__", "Öl_2"), 1 << 16);

    assertThat(python("Öl_2", 40)).isEqualTo(lines());
  }

  private List<String> python(String className, int count)
      throws IOException, InterruptedException {
    Path script =
        Files.writeString(folder.resolve("read.py"), SCRIPT.replace("CIFAR_Image", className));
    Process process =
        new ProcessBuilder(
                System.getenv("IMAGESTORE_PYTHON"),
                script.toString(),
                target().toString(),
                Integer.toString(count))
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private List<String> lines() {
    return source.stream().map(ArticleEnvironmentTest::line).toList();
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
  void aFailingSourceLeavesNothing() {
    ImageSource failing =
        streaming(
            Stream.concat(
                SampleImages.stream(0, 5000, SampleImages.CIFAR, 1),
                Stream.generate(
                    () -> {
                      throw new CorruptImageException(Path.of("source"), 5000, "a test", null);
                    })));

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> ArticleEnvironment.write(failing, target()));
    assertThat(folder).isEmptyDirectory();
  }

  /** The source, but with these images. */
  private ImageSource streaming(Stream<LabeledImage> images) {
    return (ImageSource)
        Proxy.newProxyInstance(
            ImageSource.class.getClassLoader(),
            new Class<?>[] {ImageSource.class},
            (store, method, arguments) ->
                method.getName().equals("stream") ? images : method.invoke(source, arguments));
  }

  @Test
  void aStoreWithoutImagesGivesAnEnvironmentWithoutEntries() {
    ArticleEnvironment.write(source, target());

    assertThat(target().toFile().list()).containsExactly("data.mdb");
  }

  @ParameterizedTest
  @EnumSource(names = {"UINT16", "FLOAT32"})
  void samplesThatAreNoBytesAreRefusedAndNothingIsLeft(SampleType sampleType) {
    source.putBatch(SampleImages.list(0, 3, SampleImages.CIFAR, 1));
    source.put(7, SampleImages.noise(new ImageShape(4, 5, 1, sampleType), 1), 0);

    assertThatExceptionOfType(UnsupportedImageException.class)
        .isThrownBy(() -> ArticleEnvironment.write(source, target()))
        .withMessageContaining("image 7 is 4x5x1 " + sampleType);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anEncodedImageIsDecoded() {
    Image encoded = SampleImages.encoded("png", 4, 5, 1);
    source.put(0, encoded, 3);

    ArticleEnvironment.write(source, target());

    try (ImageSource written = LmdbImageStore.openReadOnly(target())) {
      assertThat(written.get(0)).isEqualTo(new LabeledImage(0, encoded.decoded(), 3));
    }
  }

  @Test
  void anEncodedImageThatIsDamagedIsNamed() {
    byte[] png = SampleImages.encoded("png", 4, 5, 1).encodedBytes();
    png[png.length - 20] ^= 1;
    source.put(7, Image.encoded(ByteBuffer.wrap(png), "png", new ImageShape(4, 5, 3)), 3);

    assertThatExceptionOfType(CorruptImageException.class)
        .isThrownBy(() -> ArticleEnvironment.write(source, target()))
        .withMessageContaining("image 7 in store memory");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPathThatIsTakenIsRefusedAndLeftAsItIs() throws IOException {
    Files.writeString(target(), "mine");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ArticleEnvironment.write(source, target()))
        .withMessageContaining(target().toString());
    assertThat(target()).hasContent("mine");
  }

  @Test
  void aClassNameThatWouldEndItsLineIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ArticleEnvironment.write(source, target(), "__main__", "Image\nos\nsystem"))
        .withMessageContaining("class");
  }

  @Test
  void aModuleNameThatPythonCouldNotHaveIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ArticleEnvironment.write(source, target(), "a..b", "Image"))
        .withMessageContaining("'a..b'");
  }
}
