package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Capability;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.StoreOptions;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code python/imagestore.py} gives what Java wrote. */
@EnabledIfEnvironmentVariable(named = "IMAGESTORE_PYTHON", matches = ".+")
class PythonReaderTest {

  private static final ImageShape SHAPE = new ImageShape(6, 9, 3);
  private static final List<String> NAMES = List.of("cat", "dog, \"barking\"", "vache é");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"disk", "lmdb", "hdf5"})
  void givesEachImageWithIdAndLabel(String backend) throws NoSuchAlgorithmException {
    String expected;
    try (ImageStore store = openChanged(backend)) {
      expected = digests(store);
    }

    String printed =
        Python.run(
            folder,
            """
            import hashlib, imagestore
            with imagestore.open("store", verify=True) as store:
                for i, (image, label) in enumerate(store):
                    assert store.by_id(store.ids[i])[1] == label == store.labels[i]
                    print(store.ids[i], label, image.shape, hashlib.sha256(image.tobytes()).hexdigest())
            """);

    assertThat(printed).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "lmdb", "hdf5"})
  void givesSlicesAndLabelNames(String backend) {
    try (ImageStore store = ImageStores.open(backend, folder.resolve("store"), names())) {
      store.putBatch(SampleImages.stream(0, 100, SHAPE, 1));
    }

    String printed =
        Python.run(
            folder,
            """
            import imagestore, numpy
            store = imagestore.open("store")
            images, labels = store[10:40]
            assert all((images[i] == store[10 + i][0]).all() and labels[i] == store[10 + i][1] for i in range(30))
            assert (store[::-7][0][1] == store[92][0]).all()
            assert (store[-1][0] == store[99][0]).all()
            assert store[5:5][0].shape[0] == 0
            print(images.shape, images.dtype, labels.dtype, store.ids.dtype, len(store), store.label_names)
            """);

    assertThat(printed)
        .isEqualTo("(30, 6, 9, 3) uint8 int32 int64 100 ['cat', 'dog, \"barking\"', 'vache é']\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "lmdb", "hdf5"})
  void isPickledForTheWorkersOfADataLoader(String backend) {
    try (ImageStore store = ImageStores.open(backend, folder.resolve("store"), names())) {
      store.putBatch(SampleImages.stream(0, 20, SHAPE, 1));
    }

    String printed =
        Python.run(
            folder,
            """
            import imagestore, multiprocessing

            store = imagestore.open("store")
            store[3]
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                print(sum((image == store[i][0]).all() for i, (image, _) in enumerate(pool.map(store.__getitem__, range(20)))))
            """);

    assertThat(printed).isEqualTo("20\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void givesEncodedImagesOfAnyShapeAndTheirMetadata(String backend) {
    List<LabeledImage> images =
        List.of(
            new LabeledImage(3, SampleImages.encoded("png", 40, 30, 1), 1)
                .withMetadata("{\"name\": \"söt\"}"),
            SampleImages.labeled(5, new ImageShape(7, 5, 1, SampleType.UINT16), 2),
            SampleImages.labeled(8, new ImageShape(4, 6, 5, SampleType.FLOAT32), 3)
                .withMetadata("[1, 2]"),
            new LabeledImage(9, SampleImages.encoded("png", 8, 9, 4), -2));
    try (ImageStore store = ImageStores.open(backend, folder.resolve("store"), names())) {
      store.putBatch(images);
    }

    String printed =
        Python.run(
            folder,
            """
            import imagestore, zlib
            with imagestore.open("store", verify=True) as store:
                for i, (image, label) in enumerate(store):
                    file = store.encoded(i)
                    print(store.ids[i], label, image.shape, image.dtype, zlib.crc32(image.tobytes()),
                          file and zlib.crc32(file), store.metadata(i))
            """);

    assertThat(printed)
        .isEqualTo(
            line(images.get(0), "uint8", "{'name': 'söt'}")
                + line(images.get(1), "uint16", "None")
                + line(images.get(2), "float32", "[1, 2]")
                + line(images.get(3), "uint8", "None"));
  }

  /** Which other programs write; ours has one filter, and interlaces nothing. */
  @Test
  void decodesPngOf16BitsWhateverItsFiltersAndPasses() {
    String printed =
        Python.run(
            folder,
            """
            import imagestore, itertools, numpy, struct, zlib

            def filtered(rows, pixel):
                above = bytes(len(rows[0]))
                for row in rows:
                    kind = int(random.integers(5))
                    yield kind
                    for i, value in enumerate(row):
                        a, b, c = row[i - pixel] if i >= pixel else 0, above[i], above[i - pixel] if i >= pixel else 0
                        nearest = min((a, b, c), key=lambda each: abs(a + b - c - each))  # the first of equals
                        yield value - (0, a, b, (a + b) // 2, nearest)[kind] & 255
                    above = row

            def chunk(kind, data):
                return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

            def png(samples, color, interlaced, key):
                parts = [samples[y::down, x::right] for y, x, down, right in
                         (imagestore._ADAM7 if interlaced else imagestore._WHOLE)]
                rows = [[row.astype(">u2").tobytes() for row in part] for part in parts if part.size]
                data = zlib.compress(bytes(itertools.chain(*(filtered(each, 2 * samples.shape[2]) for each in rows))))
                header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], 16, color, 0, 0, interlaced)
                chunks = [(b"IHDR", header), (b"tRNS", key), (b"IDAT", data[:3]), (b"IDAT", data[3:]), (b"IEND", b"")]
                return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(chunk(*each) for each in chunks if key or each[0] != b"tRNS")

            random = numpy.random.default_rng(1)
            for (color, channels), interlaced, size in itertools.product(
                    ((2, 3), (4, 2), (6, 4)), (0, 1), ((1, 1), (1, 9), (9, 1), (17, 5))):
                samples = random.integers(0, 65536, (*size, channels)).astype("<u2")
                read = imagestore._decode(png(samples, color, interlaced, b""), samples.shape, "<u2")
                assert (read == samples).all(), (color, interlaced, size)
            samples = random.integers(0, 65536, (4, 4, 3)).astype("<u2")
            read = imagestore._decode(png(samples, 2, 0, samples[1, 2].astype(">u2").tobytes()), (4, 4, 4), "<u2")
            assert (read[..., :3] == samples).all() and read[1, 2, 3] == 0 and read[0, 0, 3] == 65535
            print("read")
            """);

    assertThat(printed).isEqualTo("read\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void givesMetadataOfRawImagesOfOneShape(String backend) {
    try (ImageStore store = ImageStores.open(backend, folder.resolve("store"), names())) {
      store.putBatch(SampleImages.stream(0, 2000, SHAPE, 1));
      store.put(SampleImages.labeled(1500, SHAPE, 2).withMetadata("{\"a\": [1.5]}"));
      store.put(SampleImages.labeled(2500, SHAPE, 2).withMetadata("7"));
    }

    String printed =
        Python.run(
            folder,
            """
            import imagestore
            with imagestore.open("store", verify=True) as store:
                print([store.metadata(i) for i in (0, 1500, 1999, 2000)], store.encoded(1500), len(store))
            """);

    assertThat(printed).isEqualTo("[None, {'a': [1.5]}, None, 7] None 2001\n");
  }

  private static String line(LabeledImage labeled, String samples, String metadata) {
    Image image = labeled.image();
    ImageShape shape = image.shape();
    return String.format(
        "%d %d (%d, %d, %d) %s %d %s %s%n",
        labeled.id(),
        labeled.label(),
        shape.height(),
        shape.width(),
        shape.channels(),
        samples,
        crc32(image.pixels()),
        image.isEncoded() ? crc32(image.encodedBytes()) : "None",
        metadata);
  }

  private static long crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static StoreOptions names() {
    return StoreOptions.builder().labelNames(NAMES).build();
  }

  /**
   * A store that has seen batches, replacements, deletions, and other shapes where it takes them.
   */
  private ImageStore openChanged(String backend) {
    ImageStore store = ImageStores.open(backend, folder.resolve("store"), names());
    store.putBatch(SampleImages.stream(100, 60, SHAPE, 1));
    store.putBatch(SampleImages.stream(150, 20, SHAPE, 2));
    store.put(7, SampleImages.noise(SHAPE, 3), -5);
    store.delete(100);
    store.delete(120);
    store.put(120, SampleImages.noise(SHAPE, 4), 2);
    if (store.info().capabilities().contains(Capability.MIXED_SHAPES)) {
      store.put(5000, SampleImages.noise(new ImageShape(3, 2, 4), 5), 1);
      store.put(5001, SampleImages.noise(new ImageShape(4, 4, 1), 6), 1);
    }
    return store;
  }

  private static String digests(ImageStore store) throws NoSuchAlgorithmException {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    try (Stream<LabeledImage> images = store.stream()) {
      return images
          .map(
              image -> {
                ImageShape shape = image.image().shape();
                return String.format(
                    "%d %d (%d, %d, %d) %s%n",
                    image.id(),
                    image.label(),
                    shape.height(),
                    shape.width(),
                    shape.channels(),
                    HexFormat.of().formatHex(sha256.digest(image.image().pixels())));
              })
          .collect(Collectors.joining());
    }
  }
}
