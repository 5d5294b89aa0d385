package io.imagestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transforms;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of raw images take no memory beside the ring's, however large they are. */
class LoaderAllocationTest {

  private static final int IMAGES = 4096;
  private static final int SMALL = 64;
  private static final int LARGE = 1024;

  /** An object for each image would take at least 16 bytes of it. */
  private static final long FEWER_BYTES_AN_IMAGE = 4;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "hdf5"})
  void aLargeBatchTakesNoMoreMemoryThanASmallOne(String backend) {
    Path path = folder.resolve(backend);
    Image image = Image.of(8, 8, 3, new byte[8 * 8 * 3]);
    try (ImageStore store = ImageStores.open(backend, path, StoreOptions.defaults())) {
      store.putBatch(LongStream.range(0, IMAGES).mapToObj(id -> new LabeledImage(id, image, 1)));
    }
    try (ImageSource source = ImageStores.open(path)) {
      long small = allocatedABatch(source, SMALL);
      long large = allocatedABatch(source, LARGE);

      assertThat((large - small) / (LARGE - SMALL)).isLessThan(FEWER_BYTES_AN_IMAGE);
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
            .transform(Transforms.randomCrop(8, 1), Transforms.randomFlip(), Transforms.toFloat())
            .build()) {
      for (int epoch = 0; epoch < 10; epoch++) {
        long before = Long.MIN_VALUE;
        for (TensorBatch batch : loader.epoch(epoch)) {
          assertThat(batch.samples()).isEqualTo(batchSize);
          long now = threads.getCurrentThreadAllocatedBytes();
          if (before != Long.MIN_VALUE) {
            least = Math.min(least, now - before);
          }
          before = threads.getCurrentThreadAllocatedBytes();
        }
      }
    }
    return least;
  }
}
