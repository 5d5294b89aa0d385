package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON names no Python with lmdb and numpy")
final class PythonReadsTest {

  // The snippet of LmdbImageStore's documentation, telling what it reads.
  private static final String SNIPPET =
      """
      import lmdb, numpy, struct, sys, zlib

      env = lmdb.open(sys.argv[1], readonly=True, max_dbs=5)
      pixels, index = env.open_db(b"pixels", create=False), env.open_db(b"index", create=False)
      with env.begin() as txn:
          for key, record in txn.cursor(index):
              id, = struct.unpack(">Q", key)
              label, h, w, c, crc32c, flags, _ = struct.unpack(">i6I", record)
              image = numpy.frombuffer(txn.get(key, db=pixels), "u1").reshape(h, w, c)
              print(id, label, image.shape, crc32c, flags, zlib.crc32(image.tobytes()))
      """;

  @TempDir Path folder;

  @Test
  void pyLmdbReadsWhatWasStoredAlsoWhileTheStoreIsOpen() throws IOException, InterruptedException {
    List<LabeledImage> images =
        Stream.concat(
                SampleImages.stream(0, 20, new ImageShape(32, 32, 3), 1),
                SampleImages.stream(1L << 40, 5, new ImageShape(7, 5, 1), 2))
            .toList();
    try (ImageStore store = LmdbImageStore.open(folder.resolve("store"))) {
      store.putBatch(images);

      assertThat(python(folder.resolve("store")))
          .containsExactlyElementsOf(images.stream().map(PythonReadsTest::line).toList());
    }
  }

  private static List<String> python(Path store) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), "-c", SNIPPET, store.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static String line(LabeledImage image) {
    ImageShape shape = image.image().shape();
    byte[] pixels = image.image().pixels();
    CRC32C crc32c = new CRC32C();
    crc32c.update(pixels);
    java.util.zip.CRC32 crc32 = new java.util.zip.CRC32();
    crc32.update(pixels);
    return String.format(
        "%d %d (%d, %d, %d) %d 0 %d",
        image.id(),
        image.label(),
        shape.height(),
        shape.width(),
        shape.channels(),
        crc32c.getValue(),
        crc32.getValue());
  }
}
