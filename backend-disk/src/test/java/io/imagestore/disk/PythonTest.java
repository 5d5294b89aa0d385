package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Pandas and Pillow read what a store has written. */
@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON names no Python that has pandas and Pillow")
class PythonTest {
  private static final String SCRIPT =
      """
      import sys, zlib, numpy, pandas
      from PIL import Image

      table = pandas.read_csv(sys.argv[1] + "/labels.csv", comment="#")
      table = table.drop_duplicates("id", keep="last").dropna(subset="file")
      for row in table.sort_values("id").itertuples():
          pixels = numpy.array(Image.open(sys.argv[1] + "/" + row.file))
          assert pixels.shape[:2] == (row.height, row.width)
          print(row.id, row.label, zlib.crc32(pixels.tobytes()))
      """;

  @TempDir Path folder;

  @Test
  void pandasAndPillowReadEveryKindOfImageThatIsThere() throws IOException, InterruptedException {
    Path path = folder.resolve("store");
    try (ImageStore store =
        DiskImageStore.open(
            path, DiskOptions.builder().labelNames(List.of("a # b", "c")).build())) {
      for (int channels = 1; channels <= 4; channels++) {
        store.putBatch(SampleImages.list(10L * channels, 5, new ImageShape(9, 14, channels), 2));
      }
      store.put(12, SampleImages.noise(new ImageShape(30, 20, 3), 4), -7);
      store.delete(21);
      store.putBatch(SampleImages.list(1L << 40, 1, new ImageShape(300, 200, 3), 5));
    }

    assertThat(run(path)).isEqualTo(expected(path));
  }

  private static List<String> expected(Path path) {
    List<String> lines = new ArrayList<>();
    for (LabeledImage image : StoreFolder.images(path, Opening.TO_READ)) {
      CRC32 crc = new CRC32();
      crc.update(ByteBuffer.wrap(image.image().pixels()));
      lines.add(image.id() + " " + image.label() + " " + crc.getValue());
    }
    return lines;
  }

  private List<String> run(Path path) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("read.py"), SCRIPT);
    Process process =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), script.toString(), path.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.lines().toList();
  }
}
