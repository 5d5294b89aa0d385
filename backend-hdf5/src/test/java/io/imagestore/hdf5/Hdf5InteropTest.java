package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreLockedException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.testkit.SampleImages;
import io.jhdf.HdfFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** The reference implementation reads what we write, and we read what it writes. */
@EnabledIfEnvironmentVariable(
    named = Python.VARIABLE,
    matches = ".+",
    disabledReason = Python.REASON)
final class Hdf5InteropTest {

  private static final ImageShape RGB = new ImageShape(4, 4, 3);
  private static final int SEQUENCES = Integer.getInteger("imagestore.hdf5.sequences", 40);
  private static final int AT_ONCE = 50;
  private static final List<SampleType> SAMPLES = List.of(SampleType.values());

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store.h5");
  }

  @Test
  void afterRandomSequencesOfWritesTheReferenceImplementationFindsWhatIsExpected()
      throws IOException {
    for (int done = 0; done < SEQUENCES; done += AT_ONCE) {
      List<Object> arguments = new ArrayList<>();
      for (int seed = done; seed < Math.min(SEQUENCES, done + AT_ONCE); seed++) {
        Path store = folder.resolve(seed + ".h5");
        Path expected = folder.resolve(seed + ".expected");
        RandomSequence sequence = new RandomSequence(seed, store);
        sequence.run();
        sequence.expect(expected);
        arguments.add(store);
        arguments.add(expected);
      }
      String said = Python.script(folder, "check.py", arguments.toArray());
      assertThat(said).contains("checked " + arguments.size() / 2);
      for (Object file : arguments) {
        Files.delete((Path) file);
      }
    }
  }

  @Test
  void afterAFlushTheFileIsWholeForOthersThoughItStaysOpen() throws IOException {
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
      store.put(10, SampleImages.noise(RGB, 3), 7);
      store.delete(0);
      store.flush();

      assertThat(lengthsAndLastLabel()).isEqualTo("10 10 10 10 10 7");
    }
  }

  private String lengthsAndLastLabel() throws IOException {
    return Python.lines(
            "import h5py",
            "f = h5py.File('" + file() + "', 'r')",
            "names = ('images', 'labels', 'ids', 'crc32c', 'record_crc32c')",
            "last = f['labels'][list(f['ids'][:]).index(10)]",
            "print(*[len(f[name]) for name in names], last)")
        .strip();
  }

  // The snippet of the package's documentation, telling what it reads.
  private static final String SNIPPET =
      """
      import h5py, io, numpy, PIL.Image, subprocess, sys, zlib
      with h5py.File(sys.argv[1]) as f:
          offsets, sizes, shapes, types = (f[name][:] for name in ("offsets", "sizes", "shapes", "sample_types"))
          texts, text_sizes = f["metadata_offsets"][:], f["metadata_sizes"][:]
          for i, format in enumerate(f["formats"][:]):
              value = f["bytes"][offsets[i]:offsets[i] + sizes[i]]
              if format:
                  image = PIL.Image.open(io.BytesIO(value))
              else:
                  image = value.view(("u1", "<u2", "<f4")[types[i]]).reshape(shapes[i])
              json = bytes(f["metadata"][texts[i]:texts[i] + text_sizes[i]])  # empty if it has none
              pixels = numpy.asarray(image)
              print(f["ids"][i], f["labels"][i], pixels.shape, pixels.dtype, format.decode(),
                    zlib.crc32(pixels.tobytes()), json.decode())
      for tool in ("h5dump", "-H"), ("h5stat",), ("h5debug",):
          subprocess.run([*tool, sys.argv[1]], check=True, stdout=subprocess.DEVNULL)
      """;

  @Test
  void h5pyReadsTheMixedLayoutAsDocumentedAlsoWhileTheStoreIsOpen() throws IOException {
    Hdf5Options options =
        Hdf5Options.builder().layout(Layout.MIXED).chunkBytes(700).chunkRows(3).build();
    Path snippet = Files.writeString(folder.resolve("snippet.py"), SNIPPET);
    TreeMap<Long, LabeledImage> model = new TreeMap<>();
    try (ImageStore store = Hdf5ImageStore.open(file(), options)) {
      for (int i = 0; i < 60; i++) {
        LabeledImage image = decodable(i * 7 % 20, i);
        store.put(image);
        model.put(image.id(), image);
        if (i % 6 == 5) {
          store.delete(model.firstKey());
          model.pollFirstEntry();
          store.flush();
        }
      }

      assertThat(Python.run(List.of(snippet, file())).lines())
          .containsExactlyInAnyOrderElementsOf(
              model.values().stream().map(Hdf5InteropTest::line).toList());
    }
    assertThat(Python.run(List.of(snippet, file())).lines()).hasSameSizeAs(model.keySet());
  }

  private static LabeledImage decodable(long id, int seed) {
    ImageShape shape = new ImageShape(2 + seed % 9, 4, 3, SAMPLES.get(seed % 3));
    Image image =
        seed % 2 == 0
            ? SampleImages.encoded("png", 5 + seed % 8, 9, seed)
            : SampleImages.noise(shape, seed);
    LabeledImage labeled = new LabeledImage(id, image, -seed);
    return seed % 4 == 1 ? labeled.withMetadata("{\"sött\": " + seed + "}") : labeled;
  }

  private static String line(LabeledImage labeled) {
    Image image = labeled.image();
    ImageShape shape = image.shape();
    CRC32 crc32 = new CRC32();
    crc32.update(image.pixels());
    return String.format(
        "%d %d (%d, %d, %d) %s %s %d %s",
        labeled.id(),
        labeled.label(),
        shape.height(),
        shape.width(),
        shape.channels(),
        shape.sampleType().name().toLowerCase(Locale.ROOT),
        image.format().orElse(""),
        crc32.getValue(),
        labeled.metadata().orElse(""));
  }

  @Test
  void rowsThatH5pyAppendedAreReadAndAppendedTo() throws IOException {
    try (ImageStore store =
        Hdf5ImageStore.open(file(), Hdf5Options.builder().chunkRows(3).build())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    Python.lines(
        "import h5py, struct",
        "def crc32c(data):",
        "    crc = 0xffffffff",
        "    for byte in data:",
        "        crc ^= byte",
        "        for _ in range(8):",
        "            crc = crc >> 1 ^ 0x82f63b78 * (crc & 1)",
        "    return crc ^ 0xffffffff",
        "with h5py.File('" + file() + "', 'r+') as f:",
        "    n = len(f['ids'])",
        "    for name in f:",
        "        if name == 'metadata': continue",
        "        f[name].resize(n + 40, 0)",
        "    for i in range(40):",
        "        f['images'][n + i] = f['images'][i % n]",
        "        f['labels'][n + i] = -i",
        "        f['ids'][n + i] = 1000 + i",
        "        f['crc32c'][n + i] = f['crc32c'][i % n]",
        "        f['record_crc32c'][n + i] = crc32c(struct.pack(",
        "            '<QiIIIBII', 1000 + i, -i, 4, 4, 3, 0, f['crc32c'][i % n], 0))");

    try (ImageStore store = Hdf5ImageStore.open(file())) {
      assertThat(store.size()).isEqualTo(50);
      assertThat(store.label(1039)).isEqualTo(-39);
      assertThat(store.get(1013).image()).isEqualTo(store.get(3).image());
      assertThat(store.verify().isClean()).isTrue();
      store.putBatch(SampleImages.list(2000, 30, RGB, 1));
      store.delete(1000);
    }
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
      assertThat(store.size()).isEqualTo(79);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @Test
  void whereH5pyExtendedSomeDatasetsOnlyTheLengthsAreTold() throws IOException {
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    Python.lines(
        "import h5py",
        "with h5py.File('" + file() + "', 'r+') as f:",
        "    f['images'].resize(12, 0)",
        "    f['labels'].resize(12, 0)");

    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(file()))
        .withMessageContaining(
            "images 12, labels 12, ids 10, crc32c 10, record_crc32c 10, metadata_offsets 10");
  }

  @Test
  void whatH5pyAddsBesideOurDatasetsStays() throws IOException {
    try (ImageStore store =
        Hdf5ImageStore.open(file(), Hdf5Options.builder().chunkRows(2).build())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    Python.lines(
        "import h5py",
        "with h5py.File('" + file() + "', 'r+') as f:",
        "    f.attrs['note'] = 'made by hand'",
        "    f['images'].attrs['unit'] = 'counts'",
        "    f['split'] = list(range(5000))");
    try (ImageStore store =
        Hdf5ImageStore.open(file(), Hdf5Options.builder().labelNames(List.of("a")).build())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 2));
      store.flush();
      store.putBatch(SampleImages.list(5, 10, RGB, 3));
    }

    String told =
        Python.lines(
            "import h5py",
            "f = h5py.File('" + file() + "', 'r')",
            "print(f.attrs['note'], f['images'].attrs['unit'], f['split'][:].sum(), len(f['ids']))");

    assertThat(told.strip()).isEqualTo("made by hand counts 12497500 15");
  }

  @Test
  void whereH5pyMovedTheDatasetsNamesNothingIsTakenForAnEmptyStore() throws IOException {
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    Python.lines(
        "import h5py",
        "with h5py.File('" + file() + "', 'r+') as f:",
        "    for i in range(1000):",
        "        f['link %d' % i] = f['ids']");

    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(file()))
        .withMessageContaining("moved them to a heap");
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> Hdf5ImageStore.openReadOnly(file()))
        .withMessageContaining("moved them to a heap");
  }

  @Test
  void aFileThatH5pyHasOpenForWritingIsNotTouched() throws IOException {
    try (ImageStore store = Hdf5ImageStore.open(file())) {
      store.putBatch(SampleImages.list(0, 10, RGB, 1));
    }
    Python.lines(
        "import h5py, os",
        "f = h5py.File('" + file() + "', 'r+')",
        "f['labels'][0] = 1",
        "f.flush()",
        "os._exit(0)");

    assertThatExceptionOfType(StoreLockedException.class)
        .isThrownBy(() -> Hdf5ImageStore.open(file()))
        .withMessageContaining("h5clear");
  }

  @Test
  void jhdfReadsTheSame() {
    try (ImageStore store =
        Hdf5ImageStore.open(
            file(), Hdf5Options.builder().chunkRows(7).deflateLevel(5).shuffle(true).build())) {
      store.putBatch(SampleImages.list(0, 500, RGB, 1));
      store.delete(3);
    }
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file());
        HdfFile file = new HdfFile(file())) {
      long[] ids = (long[]) file.getDatasetByPath("ids").getData();
      int[] labels = (int[]) file.getDatasetByPath("labels").getData();
      int[][][][] images = (int[][][][]) file.getDatasetByPath("images").getData();
      assertThat(ids).hasSize(499);
      for (int row = 0; row < ids.length; row++) {
        assertThat(labels[row]).isEqualTo(store.label(ids[row]));
        assertThat((byte) images[row][1][2][0])
            .isEqualTo(store.get(ids[row]).image().pixels()[(4 + 2) * 3]);
      }
    }
  }
}
