package io.imagestore.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.disk.StoreFolder.Opening;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Pandas and Pillow read what a store has written, and so does {@code python/imagestore.py}. */
@EnabledIfEnvironmentVariable(
    named = "IMAGESTORE_PYTHON",
    matches = ".+",
    disabledReason = "IMAGESTORE_PYTHON names no Python that has pandas and Pillow")
class PythonTest {
  // The snippet of DiskImageStore's documentation, telling what it reads.
  private static final String SNIPPET =
      """
      import json, os, pandas, PIL.Image, sys, zlib

      os.chdir(sys.argv[1])
      table = pandas.read_csv("labels.csv", comment="#")
      table = table.drop_duplicates("id", keep="last").dropna(subset="file")
      for row in table.sort_values("id").itertuples():
          image = PIL.Image.open(row.file)
          assert image.size == (row.width, row.height)
          metadata = None
          if row.metadata_bytes:
              with open(row.metadata_file, "rb") as lines:
                  lines.seek(row.metadata_at)
                  metadata = json.loads(lines.read(row.metadata_bytes))
          file = open(row.file, "rb").read()
          assert len(file) == row.bytes
          print(row.id, row.label, row.encoding, zlib.crc32(file if row.encoding != "raw" else image.tobytes()), metadata)
      lines = pandas.read_json("metadata.jsonl", lines=True)
      assert sorted(lines.columns) == ["id", "metadata"]
      print(len(lines))
      """;

  private static final String MODULE =
      """
      import imagestore, sys, zlib

      with imagestore.open(sys.argv[1], verify=True) as store:
          for i, (image, label) in enumerate(store):
              file = store.encoded(i)
              held = image.tobytes() if file is None else file
              print(store.ids[i], label, image.shape, image.dtype, zlib.crc32(held), store.metadata(i))
      """;

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("store");
  }

  private ImageStore open() {
    return DiskImageStore.open(
        path, DiskOptions.builder().labelNames(List.of("a # b", "c")).build());
  }

  /** Images of every kind, of which some have been replaced and deleted. */
  private static void fill(ImageStore store) {
    for (int channels = 1; channels <= 4; channels++) {
      store.putBatch(SampleImages.list(10L * channels, 5, new ImageShape(9, 14, channels), 2));
    }
    store.put(SampleImages.labeled(11, new ImageShape(9, 14, 1), 2).withMetadata("[1]"));
    store.put(12, SampleImages.noise(new ImageShape(30, 20, 3), 4), -7);
    store.delete(21);
    store.putBatch(
        List.of(
            new LabeledImage(50, SampleImages.encoded("jpeg", 40, 30, 1), 3).withMetadata("null"),
            new LabeledImage(51, SampleImages.encoded("png", 40, 30, 2), 4)
                .withMetadata("[1, 'söt']".replace('\'', '"')),
            SampleImages.labeled(1L << 40, new ImageShape(300, 200, 3), 5)));
    store.put(SampleImages.labeled(50, new ImageShape(3, 3, 3), 5));
    store.put(new LabeledImage(50, SampleImages.encoded("jpeg", 41, 31, 3), 3).withMetadata("2"));
  }

  @Test
  void pandasAndPillowReadEveryKindOfImageThatIsThere() throws IOException, InterruptedException {
    try (ImageStore store = open()) {
      fill(store);
    }
    List<String> expected = new ArrayList<>();
    for (LabeledImage image : StoreFolder.images(path, Opening.TO_READ)) {
      expected.add(
          String.format(
              "%d %d %s %d %s",
              image.id(),
              image.label(),
              image.image().format().orElse("raw"),
              crc32(image.image()),
              python(image)));
    }
    expected.add("4");

    assertThat(run(SNIPPET)).isEqualTo(expected);
  }

  @Test
  void theModuleReadsEveryKindOfImageThatIsThere() throws IOException, InterruptedException {
    try (ImageStore store = open()) {
      fill(store);
      for (int channels = 1; channels <= 4; channels++) {
        ImageShape shape = new ImageShape(7, 9, channels, SampleType.UINT16);
        store.put(SampleImages.labeled(60 + channels, shape, 6).withMetadata(channels + ""));
      }
    }
    List<String> expected = new ArrayList<>();
    for (LabeledImage image : StoreFolder.images(path, Opening.TO_READ)) {
      ImageShape shape = image.image().shape();
      expected.add(
          String.format(
              "%d %d (%d, %d, %d) %s %d %s",
              image.id(),
              image.label(),
              shape.height(),
              shape.width(),
              shape.channels(),
              shape.sampleType() == SampleType.UINT8 ? "uint8" : "uint16",
              crc32(image.image()),
              python(image)));
    }

    assertThat(run(MODULE)).isEqualTo(expected);
  }

  @Test
  void theModuleNoticesALabelThatWasChanged() throws IOException, InterruptedException {
    try (ImageStore store = open()) {
      fill(store);
    }
    Files.writeString(
        StoreFolder.table(path), StoreFolder.text(path).replace("\n12,-7,", "\n12,-8,"));

    assertThat(run(MODULE))
        .last()
        .asString()
        .contains("CorruptImageError: the row of image 12 in")
        .contains("doesn't match its own checksum");
  }

  @Test
  void theModuleNoticesMetadataThatWasChanged() throws IOException, InterruptedException {
    try (ImageStore store = open()) {
      fill(store);
    }
    Path metadata = path.resolve("metadata.jsonl");
    Files.writeString(metadata, Files.readString(metadata).replace("[1]", "[2]"));

    assertThat(run(MODULE)).last().asString().contains("CorruptImageError: image 11 in");
  }

  /** Of a raw image's pixels, or of an encoded one's file. */
  private static long crc32(Image image) {
    CRC32 crc = new CRC32();
    crc.update(image.bytes());
    return crc.getValue();
  }

  private static String python(LabeledImage image) {
    return image.metadata().filter(json -> !json.equals("null")).orElse("None").replace('"', '\'');
  }

  private List<String> run(String source) throws IOException, InterruptedException {
    Path script = Files.writeString(folder.resolve("read.py"), source);
    ProcessBuilder process =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), script.toString(), path.toString())
            .redirectErrorStream(true);
    process.environment().put("PYTHONIOENCODING", "utf-8");
    process.environment().put("PYTHONPATH", Path.of("../python").toAbsolutePath().toString());
    process.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process python = process.start();
    String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    python.waitFor();
    return output.lines().toList();
  }
}
