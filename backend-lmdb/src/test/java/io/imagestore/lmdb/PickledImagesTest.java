package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.ShapeMismatchException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.VerifyReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.Txn;

final class PickledImagesTest {

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("pickled");
  }

  @BeforeEach
  void thePickles() throws IOException {
    Files.createDirectory(path());
    put(0, pickle(2, 1, 3, 7, "abcdef"));
    put(1, pickle(2, 1, 3, 8, "ghijkl"));
    put(12, pickle(1, 1, 1, 9, "x"));
  }

  private ImageSource open() {
    return ImageStores.open(path());
  }

  @Test
  void pickledImagesAreReadAsAStore() {
    try (ImageSource store = open();
        Stream<LabeledImage> images = store.stream()) {
      assertThat(images)
          .containsExactly(
              image(0, 2, 1, 3, 7, "abcdef"),
              image(1, 2, 1, 3, 8, "ghijkl"),
              image(12, 1, 1, 1, 9, "x"));
      assertThat(store.size()).isEqualTo(3);
      assertThat(store.ids()).containsExactly(0, 1, 12);
      assertThat(store.label(12)).isEqualTo(9);
      assertThat(store.get(1)).isEqualTo(image(1, 2, 1, 3, 8, "ghijkl"));
      assertThat(store.readBatch(new long[] {1, 0}).image(1))
          .isEqualTo(image(0, 2, 1, 3, 7, "abcdef").image());
      assertThat(store.contains(2)).isFalse();
      assertThat(store.contains(Long.MAX_VALUE)).isFalse();
      assertThat(store.info().backend()).isEqualTo("lmdb");
      assertThat(store.verify()).isEqualTo(new VerifyReport(3, List.of(), List.of()));
    }
  }

  @Test
  void aBatchOfPickledImagesKeepsTheRules() {
    try (ImageSource store = open()) {
      assertThatExceptionOfType(ImageNotFoundException.class)
          .isThrownBy(() -> store.readBatch(new long[] {0, 5}));
      assertThatExceptionOfType(ShapeMismatchException.class)
          .isThrownBy(() -> store.readBatch(new long[] {0, 12}))
          .withMessageContaining("2x1x3")
          .withMessageContaining("1x1x1");
    }
  }

  @Test
  void pickledImagesCannotBeWritten() {
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> LmdbImageStore.open(path()))
        .withMessageContaining("ImageStores.open(path)");
  }

  @Test
  void aPickleThatWouldCallSomethingIsRefusedAndTheOthersStayReadable() {
    put(1, "cos\nsystem\n(S'touch /tmp/called'\ntR.");
    put(2, pickle(2, 1, 3, 7, "short"));
    put(3, pickle(2, 1, 3, 7, "abcdef").substring(0, 60));
    put(4, "I5\n.");
    try (ImageSource store = open()) {
      for (long id : new long[] {1, 2, 3, 4}) {
        assertThatExceptionOfType(CorruptImageException.class)
            .isThrownBy(() -> store.get(id))
            .withMessageContaining("image " + id);
      }
      assertThat(store.verify().damagedIds()).containsExactly(1, 2, 3, 4);
      assertThat(store.label(12)).isEqualTo(9);
    }
  }

  /** As numpy 2.4 writes {@code planes.transpose(1, 2, 0)} of three planes in protocol 5. */
  @Test
  void anArrayOfTransposedPlanesIsReadPixelByPixel() {
    put(2, pickleOfArray(2, 2, "(I3\nI2\nI2\ntVK\n(I1\nI2\nI0\nt"));
    try (ImageSource store = open()) {
      assertThat(store.get(2)).isEqualTo(image(2, 2, 2, 3, 7, "aeibfjcgkdhl"));
    }
  }

  @Test
  void anArrayOfAnotherShapeIsDamagedThoughItsBytesAreAsMany() {
    put(2, pickleOfArray(2, 2, "(I3\nI2\nI2\ntVC\n"));
    put(3, pickleOfArray(1, 4, "(I2\nI2\nI3\ntVC\n"));
    put(4, pickleOfArray(2, 2, "(I2\nI2\nI3\ntVC\n"));
    try (ImageSource store = open()) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(2))
          .withMessageContaining("shape is [3, 2, 2], but it is said to be 2x2x3");
      assertThat(store.verify().damagedIds()).containsExactly(2, 3);
      assertThat(store.get(4)).isEqualTo(image(4, 2, 2, 3, 7, "abcdefghijkl"));
    }
  }

  @Test
  void anAttributeOfAnotherKindIsToldByItsKindAlone() {
    String text = "V" + "x".repeat(1000) + "\np9\n" + "g9\n".repeat(999);
    put(2, pickle(1, 1, 1, 7, "x").replace("I7\n", "(" + text + "l"));
    put(3, pickle(1, 1, 1, 7, "x").replace("I7\n", "F1.5\n"));
    try (ImageSource store = open()) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(2))
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500))
          .withMessageContaining("its attribute 'label' is a ");
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(3))
          .withMessageContaining("its attribute 'label' is 1.5 instead of a 32-bit integer");
    }
  }

  @Test
  void aDamagedPageOfPicklesIsToldAndEndsNoProcess() throws IOException {
    Path data = path().resolve(DataFile.NAME);
    byte[] whole = Files.readAllBytes(data);
    SplittableRandom random = new SplittableRandom(5);
    int told = 0;
    for (int trial = 0; trial < 300; trial++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(data, bytes);
      try (ImageSource store = open()) {
        assertThat(store.ids()).containsExactly(0, 1, 12);
        assertThat(store.size()).isEqualTo(3);
        told += store.verify().isClean() ? 0 : 1;
      } catch (CorruptStoreException | UnsupportedStoreException e) {
        told++;
      }
    }
    assertThat(told).isPositive();
  }

  @Test
  @EnabledIfEnvironmentVariable(
      named = "IMAGESTORE_PYTHON",
      matches = ".+",
      disabledReason = "IMAGESTORE_PYTHON names no Python with lmdb and numpy")
  void whatPythonPickledIsRead() throws IOException, InterruptedException {
    // Labels as ints and as numpy scalars, both of which Python code comes by.
    String program =
        """
        import lmdb, numpy, pickle, sys

        class CIFAR_Image:
            def __init__(self, pixels, label):
                self.channels = pixels.shape[2]
                self.size = pixels.shape[:2]
                self.image = pixels.tobytes()
                self.label = label

        env = lmdb.open(sys.argv[1], map_size=10 << 20)
        with env.begin(write=True) as txn:
            for i in range(300):
                pixels = numpy.full((32, 32, 3), i % 256, numpy.uint8)
                label = i % 10 if i % 2 else numpy.int64(i % 10)
                for_protocol = CIFAR_Image(pixels, label)
                txn.put(b"%08d" % i, pickle.dumps(for_protocol, protocol=i % 6))
        env.close()
        """;
    Path written = folder.resolve("python");
    Process python =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), "-c", program, written.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(output).isZero();

    try (ImageSource store = ImageStores.open(written);
        Stream<LabeledImage> images = store.stream()) {
      assertThat(images)
          .containsExactlyElementsOf(
              IntStream.range(0, 300).mapToObj(PickledImagesTest::uniform).toList());
    }
  }

  private static LabeledImage uniform(int id) {
    byte[] pixels = new byte[32 * 32 * 3];
    java.util.Arrays.fill(pixels, (byte) id);
    return new LabeledImage(id, Image.of(32, 32, 3, pixels), id % 10);
  }

  private static LabeledImage image(
      long id, int height, int width, int channels, int label, String pixels) {
    byte[] bytes = pixels.getBytes(StandardCharsets.US_ASCII);
    return new LabeledImage(id, Image.of(height, width, channels, bytes), label);
  }

  /** Protocol 0, the readable one, of an object of a class of the writer's own. */
  private static String pickle(int height, int width, int channels, int label, String pixels) {
    return "ccopy_reg\n_reconstructor\n(c__main__\nPicture\nc__builtin__\nobject\nNtR(dS'image'\nS'"
        + pixels
        + "'\nsS'size'\n(I"
        + height
        + "\nI"
        + width
        + "\ntsS'channels'\nI"
        + channels
        + "\nsS'label'\nI"
        + label
        + "\nsb.";
  }

  /** Twelve bytes as an array of some shape and order, of an image that says what size it has. */
  private static String pickleOfArray(int height, int width, String shapeAndOrder) {
    String array =
        "cnumpy._core.numeric\n_frombuffer\n(S'abcdefghijkl'\ncnumpy\ndtype\n(Vu1\nI00\nI01\ntR"
            + shapeAndOrder
            + "tR";
    return pickle(height, width, 3, 7, "").replace("sS'size'", "sS'image'\n" + array + "sS'size'");
  }

  private void put(long id, String pickle) {
    NativeLibrary.load();
    byte[] bytes = pickle.getBytes(StandardCharsets.US_ASCII);
    try (Env<Slice> env = Env.create(new SliceProxy()).open(path().toFile());
        Txn<Slice> txn = env.txnWrite()) {
      Dbi<Slice> unnamed = env.openDbi(txn, null, null, false);
      Slice value = unnamed.reserve(txn, Key.ofNumber().to(IdFormat.DIGITS.key(id)), bytes.length);
      NativeMemory.put(value.address, bytes, 0, bytes.length);
      txn.commit();
    }
  }
}
