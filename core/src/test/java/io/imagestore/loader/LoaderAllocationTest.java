package io.imagestore.loader;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class LoaderAllocationTest {

  private static final int IMAGES = 64;

  /** What a source and a codec need to tell of an image; an image's floats are 49,152 bytes. */
  private static final long BYTES_AN_IMAGE = 4096;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void takesNoMemoryForThePixelsOfRawImages() {
    assertThat(allocatedAnImage(TestSource.ofRaw(IMAGES, 64, 64, 3))).isLessThan(BYTES_AN_IMAGE);
  }

  @Test
  void takesNoMemoryForThePixelsOfEncodedImages() {
    assertThat(allocatedAnImage(TestSource.ofPng(IMAGES, 64, 64, 3))).isLessThan(BYTES_AN_IMAGE);
  }

  private long allocatedAnImage(TestSource source) {
    DataLoader loader =
        DataLoader.builder(source.open())
            .batchSize(16)
            .shuffle(1)
            .workers(0)
            .transform(Transforms.randomCrop(64, 4), Transforms.randomFlip(), Transforms.toFloat())
            .build();
    for (int warmUp = 0; warmUp < 20; warmUp++) {
      take(loader.epoch(warmUp));
    }
    Epoch epoch = loader.epoch(20);
    long before = threads.getCurrentThreadAllocatedBytes();
    take(epoch);
    return (threads.getCurrentThreadAllocatedBytes() - before) / IMAGES;
  }

  private static void take(Epoch epoch) {
    for (TensorBatch batch : epoch) {
      assertThat(batch.size()).isEqualTo(16);
    }
  }
}
