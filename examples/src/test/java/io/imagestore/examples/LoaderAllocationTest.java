package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageSources;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.codec.Codecs;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transforms;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Batches take no memory beside the ring's, however large they are, but for the small objects that
 * tell of an encoded image and of an open file.
 */
class LoaderAllocationTest {

  private static final int SIDE = 32;
  private static final int IMAGES = 2048;
  private static final int SMALL = 64;
  private static final int LARGE = 512;

  /** An object for each image would take at least 16 bytes of it. */
  private static final long FEWER_BYTES_AN_IMAGE = 4;

  /** For headers and regions; nearly half of a JPEG's are those of a native call's arguments. */
  private static final long DECODING = 700;

  /** The JDK's reader of JPEG, with its buffer of 4 kB and a raster of the pixels, 3 kB here. */
  private static final long DECODING_JPEG_BY_JDK = 11_000;

  /** For its name, its path and the JDK's objects of an open file. */
  private static final long OPENING_A_FILE = 1_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void aRawImageTakesNoMemory(String backend) {
    assertThat(allocatedAnImage(backend, raw())).isLessThan(FEWER_BYTES_AN_IMAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void aRawImageOfSeveralSourcesTakesNoMemory(String backend) {
    assertThat(
            allocatedAnImage(
                backend, raw(), stored -> ImageSources.concat(Collections.nCopies(4, stored))))
        .isLessThan(FEWER_BYTES_AN_IMAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void aRawImageOfAPartTakesNoMemory(String backend) {
    long[] half = LongStream.range(0, IMAGES / 2).map(i -> 2 * i).toArray();

    assertThat(allocatedAnImage(backend, raw(), stored -> ImageSources.subset(stored, half)))
        .isLessThan(FEWER_BYTES_AN_IMAGE);
  }

  @Test
  void aRawImageInMemoryTakesNoMoreMemory() {
    assertThat(allocatedAnImage("lmdb", raw(), ImageSources::inMemory))
        .isLessThan(FEWER_BYTES_AN_IMAGE);
  }

  @ParameterizedTest
  @CsvSource({"lmdb, 0", "hdf5, 0", "disk, 1"})
  void anEncodedImageTakesNoMemoryForItsFileAndPixels(String backend, long files)
      throws IOException {
    long opening = files * OPENING_A_FILE;

    assertThat(allocatedAnImage(backend, png())).isLessThan(DECODING + opening);
    assertThat(allocatedAnImage(backend, jpeg())).isLessThan(decodingJpeg() + opening);
  }

  @Test
  void aRawImageInAFileTakesNoMemoryForItsFileAndPixels() {
    assertThat(allocatedAnImage("disk", raw())).isLessThan(DECODING + OPENING_A_FILE);
  }

  /** The JDK's reader is the one that stands behind all others. */
  private static long decodingJpeg() {
    return Codecs.require("jpeg").priority() > 0 ? DECODING : DECODING_JPEG_BY_JDK;
  }

  private static Image raw() {
    byte[] pixels = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((i * i) >> 4);
    }
    return Image.of(SIDE, SIDE, 3, pixels);
  }

  private static Image png() {
    Image raw = raw();
    ByteBuffer file = Codecs.require("png").encode(raw.shape(), ByteBuffer.wrap(raw.pixels()));
    return Image.encoded(file, "png", raw.shape());
  }

  private static Image jpeg() throws IOException {
    BufferedImage colors = raw().toBufferedImage();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(colors, "jpeg", file)).isTrue();
    return Image.encoded(file.toByteArray());
  }

  /** What a large batch takes more than a small one, for each image more. */
  private long allocatedAnImage(String backend, Image image) {
    return allocatedAnImage(backend, image, stored -> stored);
  }

  private long allocatedAnImage(
      String backend, Image image, UnaryOperator<ImageSource> sourceOver) {
    Path path = folder.resolve(image.format().orElse("raw") + "." + backend);
    try (ImageStore store = ImageStores.open(backend, path, StoreOptions.defaults())) {
      store.putBatch(LongStream.range(0, IMAGES).mapToObj(id -> new LabeledImage(id, image, 1)));
    }
    try (ImageSource stored = ImageStores.open(path);
        ImageSource source = sourceOver.apply(stored)) {
      long small = allocatedABatch(source, SMALL);
      long large = allocatedABatch(source, LARGE);
      return (large - small) / (LARGE - SMALL);
    }
  }

  /** The least of all batches behind the first of an epoch, once the code is warm. */
  private long allocatedABatch(ImageSource source, int batchSize) {
    long least = Long.MAX_VALUE;
    try (DataLoader loader =
        DataLoader.builder(source)
            .batchSize(batchSize)
            .shuffle(1)
            .workers(0)
            .transform(
                Transforms.randomCrop(SIDE, 1), Transforms.randomFlip(), Transforms.toFloat())
            .build()) {
      for (int epoch = 0; epoch < 10; epoch++) {
        Map<Long, Long> before = null;
        for (TensorBatch batch : loader.epoch(epoch)) {
          assertThat(batch.samples()).isEqualTo(batchSize);
          if (before != null) {
            least = Math.min(least, allocatedSince(before));
          }
          before = allocated();
        }
      }
    }
    return least;
  }

  /** By each thread, for a store may have its own. */
  private Map<Long, Long> allocated() {
    Map<Long, Long> bytes = new HashMap<>();
    for (long id : threads.getAllThreadIds()) {
      bytes.put(id, threads.getThreadAllocatedBytes(id));
    }
    return bytes;
  }

  private long allocatedSince(Map<Long, Long> before) {
    Map<Long, Long> now = allocated();
    long bytes = 0;
    for (Map.Entry<Long, Long> thread : now.entrySet()) {
      bytes += Math.max(0, thread.getValue() - before.getOrDefault(thread.getKey(), 0L));
    }
    return bytes;
  }
}
