package io.imagestore.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.ImageStores;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that h5py wrote open read-only, whatever their layout. */
@EnabledIfEnvironmentVariable(
    named = Python.VARIABLE,
    matches = ".+",
    disabledReason = Python.REASON)
final class ForeignReaderTest {

  private static final ImageShape RGB = new ImageShape(8, 6, 3);

  private static PythonSession python;

  @TempDir Path folder;

  @BeforeAll
  static void startPython() throws IOException {
    python = new PythonSession();
  }

  @AfterAll
  static void endPython() {
    python.close();
  }

  private Path file() {
    return folder.resolve("foreign.h5");
  }

  /** Image i has the pixels i, i + 1 and so on; its label is 2i. */
  private void write(String opening, String... datasets) throws IOException {
    String[] lines = {
      "import h5py, numpy as np",
      "images = ((np.arange(20)[:, None] + np.arange(144)) % 256).astype('u1').reshape(20, 8, 6,"
          + " 3)",
      "labels = np.arange(20) * 2",
      "with h5py.File('" + file() + "', 'w'" + opening + ") as f:"
    };
    String body = "    " + String.join("\n    ", datasets);
    python.run(String.join("\n", lines) + "\n" + body);
  }

  private ImageSource open() {
    return ImageStores.open(file());
  }

  private static byte[] pixels(int i) {
    byte[] pixels = new byte[144];
    for (int at = 0; at < pixels.length; at++) {
      pixels[at] = (byte) (i + at);
    }
    return pixels;
  }

  private void assertTwentyImages() {
    try (ImageSource store = open()) {
      assertThat(store.size()).isEqualTo(20);
      assertThat(store.ids()).startsWith(0, 1, 2).endsWith(19);
      for (int i = 0; i < 20; i++) {
        assertThat(store.get(i).image().pixels()).as("image %d", i).isEqualTo(pixels(i));
        assertThat(store.label(i)).isEqualTo(2 * i);
      }
      ImageBatch batch = store.readBatch(new long[] {17, 3});
      assertThat(batch.shape()).isEqualTo(RGB);
      assertThat(batch.image(0).pixels()).isEqualTo(pixels(17));
      assertThat(batch.label(1)).isEqualTo(6);
      assertThat(store.stream()).hasSize(20);
      assertThat(store.verify().isClean()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "chunks=(3, 8, 6, 3)",
        "chunks=(20, 8, 6, 3)",
        "chunks=(3, 5, 4, 2)",
        "compression='gzip'",
        "compression='gzip', shuffle=True, chunks=(7, 8, 6, 3)",
        "chunks=(3, 8, 6, 3), maxshape=(None, 8, 6, 3)",
        "chunks=(3, 8, 6, 3), maxshape=(None, 8, 6, None)",
        "chunks=(1, 8, 6, 3), maxshape=(None, 8, 6, 3), compression='gzip'",
      })
  void anyLayoutIsRead(String layout) throws IOException {
    String images =
        "f.create_dataset('images', data=images" + (layout.isEmpty() ? "" : ", ") + layout + ")";
    write("", images, "f['labels'] = labels");
    assertTwentyImages();
    write(", libver='latest'", images, "f['labels'] = labels.astype('i4')");
    assertTwentyImages();
    write(", userblock_size=1024", images, "f['labels'] = labels.astype('u2')");
    assertTwentyImages();
  }

  @Test
  void theArticlesManyImagesAreRead() throws IOException {
    write(
        "",
        "f.create_dataset('images', np.shape(images), h5py.h5t.STD_U8BE, data=images)",
        "f.create_dataset('meta', np.shape(labels), h5py.h5t.STD_U8BE, data=labels)");
    assertTwentyImages();
    write(
        "",
        "f.create_dataset('images', np.shape(images), h5py.h5t.STD_U8BE, data=images)",
        "f.create_dataset('meta', (20, 1), h5py.h5t.STD_I64BE, data=labels[:, None])");
    assertTwentyImages();
  }

  @Test
  void theArticlesSingleImageIsRead() throws IOException {
    write(
        "",
        "f.create_dataset('image', (8, 6, 3), h5py.h5t.STD_U8BE, data=images[4])",
        "f.create_dataset('meta', (), h5py.h5t.STD_U8BE, data=labels[4])");
    try (ImageSource store = open()) {
      assertThat(store.ids()).containsExactly(0);
      assertThat(store.get(0).image().pixels()).isEqualTo(pixels(4));
      assertThat(store.get(0).image().shape()).isEqualTo(RGB);
      assertThat(store.label(0)).isEqualTo(8);
    }
  }

  @Test
  void otherNamesAreOptions() throws IOException {
    write("", "f['train/x'] = images", "f['train/y'] = labels");
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining("Hdf5Options")
        .withMessageContaining("train");

    Hdf5Options options =
        Hdf5Options.builder().imagesDataset("train/x").labelsDataset("train/y").build();
    try (ImageSource store = Hdf5ImageStore.openReadOnly(file(), options)) {
      assertThat(store.get(7).image().pixels()).isEqualTo(pixels(7));
    }
  }

  @Test
  void idsAndChecksumsThatAreThereAreUsed() throws IOException {
    write(
        "",
        "f['images'] = images",
        "f['labels'] = labels",
        "f['ids'] = 100 + np.arange(20)",
        "f['crc32c'] = np.zeros(20, 'u4')");
    try (ImageSource store = open()) {
      assertThat(store.ids()).startsWith(100, 101);
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(101))
          .withMessageContaining("101");
    }
  }

  @Test
  void itIsReadOnly() throws IOException {
    write("", "f['images'] = images", "f['labels'] = labels");
    byte[] before = Files.readAllBytes(file());
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(() -> ImageStores.open(file(), StoreOptions.defaults()))
        .withMessageContaining("can only be read");
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
  }

  @Test
  void differentCountsAndTypesAreTold() throws IOException {
    write("", "f['images'] = images", "f['labels'] = labels[:7]");
    assertThatExceptionOfType(CorruptStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining("20 images")
        .withMessageContaining("7 labels");
    write("", "f['images'] = images / 255.0", "f['labels'] = labels");
    assertThatExceptionOfType(UnsupportedStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining("unsigned bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ", libver='latest'",
      })
  void grayImagesInChunksAreRead(String opening) throws IOException {
    write(
        opening,
        "f.create_dataset('images', data=images[..., 0], chunks=(7, 5, 4), compression='gzip')",
        "f['labels'] = labels");
    try (ImageSource store = open()) {
      assertThat(store.get(9).image().shape()).isEqualTo(new ImageShape(8, 6, 1));
      for (int i = 0; i < 20; i++) {
        assertThat(store.get(i).image().pixels()).isEqualTo(everyThird(pixels(i)));
      }
    }
  }

  private static byte[] everyThird(byte[] pixels) {
    byte[] first = new byte[pixels.length / 3];
    for (int i = 0; i < first.length; i++) {
      first[i] = pixels[3 * i];
    }
    return first;
  }

  @Test
  void aSingleImageInChunksIsRead() throws IOException {
    write(
        "",
        "f.create_dataset('image', data=images[4], chunks=(5, 4, 2), compression='gzip')",
        "f['meta'] = 9");
    try (ImageSource store = open()) {
      assertThat(store.get(0).image().shape()).isEqualTo(RGB);
      assertThat(store.get(0).image().pixels()).isEqualTo(pixels(4));
    }
    write(
        "", "f.create_dataset('image', data=images[4, ..., 0], chunks=(5, 4))", "f['meta'] = [9]");
    try (ImageSource store = open()) {
      assertThat(store.get(0).image().shape()).isEqualTo(new ImageShape(8, 6, 1));
      assertThat(store.get(0).image().pixels()).isEqualTo(everyThird(pixels(4)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", libver='latest'"})
  void chunksThatWereNeverWrittenReadAsTheFillValue(String opening) throws IOException {
    write(
        opening,
        "def create(name, **how):",
        "    return f.create_dataset(name, (20, 8, 6, 3), 'u1', chunks=(3, 8, 6, 3), **how)",
        "for kind, how in ('fixed', {}), ('packed', {'compression': 'gzip'}), ('growing',"
            + " {'maxshape': (None, 8, 6, None)}):",
        "    create(kind + ' part', fillvalue=200, **how)[3:6] = images[3:6]",
        "    create(kind + ' none', fillvalue=200, **how)",
        "create('zeros')",
        "f['labels'] = labels");
    byte[] filled = new byte[144];
    try (ImageSource store = open("zeros")) {
      assertThat(store.get(6).image().pixels()).isEqualTo(filled);
    }
    Arrays.fill(filled, (byte) 200);
    for (String kind : new String[] {"fixed", "packed", "growing"}) {
      try (ImageSource store = open(kind + " part")) {
        assertThat(store.get(4).image().pixels()).isEqualTo(pixels(4));
        assertThat(store.get(6).image().pixels()).isEqualTo(filled);
        assertThat(store.get(19).image().pixels()).isEqualTo(filled);
      }
      try (ImageSource store = open(kind + " none")) {
        assertThat(store.get(0).image().pixels()).isEqualTo(filled);
      }
    }
  }

  @Test
  void behindAChunkThatWasNeverWrittenNothingIsMadeUp() throws IOException {
    String create =
        "f.create_dataset('images', (20, 8, 6, 3), 'u1', chunks=(3, 8, 6, 3),"
            + " maxshape=(None, 8, 6, 3))[3:6] = images[3:6]";
    write("", create, "f['labels'] = labels");
    try (ImageSource store = open()) {
      assertThat(store.get(4).image().pixels()).isEqualTo(pixels(4));
      assertThat(store.get(6).image().pixels()).containsOnly(0);
    }
    write(", libver='latest'", create, "f['labels'] = labels");
    try (ImageSource store = open()) {
      assertThatExceptionOfType(CorruptImageException.class)
          .isThrownBy(() -> store.get(4))
          .withMessageContaining("never written")
          .withMessageContaining("h5repack");
    }
  }

  @Test
  void anImageThatASmallFileClaimsIsNoErrorOfTheJvm() throws IOException {
    write(
        "",
        "f.create_dataset('images', (20, 46000, 46000, 1), 'u1', chunks=(1, 1000, 1000, 1))",
        "f['labels'] = labels");
    try (ImageSource store = open()) {
      assertThatExceptionOfType(ImageStoreException.class)
          .isThrownBy(() -> store.get(3))
          .withMessageContaining("not enough memory")
          .withMessageContaining("claims more than it holds");
    }
  }

  private ImageSource open(String images) {
    return Hdf5ImageStore.openReadOnly(file(), Hdf5Options.builder().imagesDataset(images).build());
  }

  @Test
  void anInterruptedThreadOpensItAllTheSame() throws IOException {
    write(
        "", "f.create_dataset('images', data=images, chunks=(1, 8, 6, 3))", "f['labels'] = labels");
    Thread.currentThread().interrupt();
    try (ImageSource store = open()) {
      assertThat(Thread.interrupted()).isTrue();
      assertThat(store.get(5).image().pixels()).isEqualTo(pixels(5));
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void anInterruptHarmsNobodyElse() throws IOException {
    write(
        "", "f.create_dataset('images', data=images, chunks=(1, 8, 6, 3))", "f['labels'] = labels");
    try (ImageSource store = open()) {
      Thread.currentThread().interrupt();
      assertThat(store.get(5).image().pixels()).isEqualTo(pixels(5));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(store.get(6).image().pixels()).isEqualTo(pixels(6));
    }
  }

  @Test
  void aDamagedFileGivesOurExceptionsAndLeavesNoFileOpen() throws IOException {
    write(
        "",
        "f.create_dataset('images', data=images, chunks=(3, 8, 6, 3), compression='gzip')",
        "f['labels'] = labels");
    byte[] bytes = Files.readAllBytes(file());
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 150; i++) {
      byte[] damaged =
          i % 5 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
      for (int flips = random.nextInt(1, 4); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(Math.min(damaged.length, 3000))] ^= (byte) (1 << random.nextInt(8));
      }
      Files.write(file(), damaged);
      try (ImageSource store = Hdf5ImageStore.openReadOnly(file())) {
        store.verify();
      } catch (ImageStoreException e) {
        assertThat(e.getMessage()).contains(file().toString());
      }
    }
    assertThat(openFiles()).isEmpty();
  }

  /** Those in this test's folder, where the system tells. */
  private List<Path> openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        try {
          open.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // It was the one of this listing, or another thread's.
        }
      }
    }
    open.removeIf(file -> !file.startsWith(folder));
    return open;
  }
}
