package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON names no Python with lmdb, numpy and PIL")
final class PythonReadsTest {

  // The snippet of LmdbImageStore's documentation, telling what it reads.
  private static final String SNIPPET =
      """
      import io, lmdb, numpy, PIL.Image, struct, sys, zlib

      env = lmdb.open(sys.argv[1], readonly=True, max_dbs=7)
      images, index, metadata = (
          env.open_db(name, create=False) for name in (b"images", b"index", b"metadata"))
      with env.begin() as txn:
          for key, record in txn.cursor(index):
              id = int.from_bytes(key, "big")
              label, h, w, c, sample_type = struct.unpack_from("<iIIIB", record)
              format = record[25:-6].decode()
              value = txn.get(key, db=images)
              if format:
                  image = PIL.Image.open(io.BytesIO(value))
              else:
                  image = numpy.frombuffer(value, ("u1", "<u2", "<f4")[sample_type]).reshape(h, w, c)
              json = txn.get(key, db=metadata)  # None if it has none
              pixels = numpy.asarray(image)
              print(id, label, pixels.shape, format or "raw", zlib.crc32(pixels.tobytes()), json and json.decode())
      """;

  @TempDir Path folder;

  @Test
  void pyLmdbReadsWhatWasStoredAlsoWhileTheStoreIsOpen() throws IOException, InterruptedException {
    List<LabeledImage> images =
        List.of(
            SampleImages.labeled(0, new ImageShape(32, 32, 3), 1),
            SampleImages.labeled(1, new ImageShape(7, 5, 1, SampleType.UINT16), 2),
            SampleImages.labeled(2, new ImageShape(4, 6, 5, SampleType.FLOAT32), 3)
                .withMetadata("{\"name\":\"söt\"}"),
            new LabeledImage(1L << 40, SampleImages.encoded("png", 40, 30, 4), -9)
                .withMetadata("[1]"));
    try (ImageStore store = LmdbImageStore.open(folder.resolve("store"))) {
      store.putBatch(images);

      assertThat(python(folder.resolve("store")))
          .containsExactlyElementsOf(images.stream().map(PythonReadsTest::line).toList());
    }
  }

  private static List<String> python(Path store) throws IOException, InterruptedException {
    ProcessBuilder process =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), "-c", SNIPPET, store.toString())
            .redirectErrorStream(true);
    process.environment().put("PYTHONIOENCODING", "utf-8");
    Process python = process.start();
    String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static String line(LabeledImage labeled) {
    Image image = labeled.image();
    ImageShape shape = image.shape();
    CRC32 crc32 = new CRC32();
    crc32.update(image.pixels());
    return String.format(
        "%d %d (%d, %d, %d) %s %d %s",
        labeled.id(),
        labeled.label(),
        shape.height(),
        shape.width(),
        shape.channels(),
        image.format().orElse("raw"),
        crc32.getValue(),
        labeled.metadata().orElse("None"));
  }
}
