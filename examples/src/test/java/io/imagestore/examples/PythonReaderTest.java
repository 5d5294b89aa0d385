package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.Capability;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
