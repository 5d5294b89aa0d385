package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers images that come one by one into batches of about 1 MiB. The memory is the same each
 * time, for fresh memory costs more than to fill it. For one thread.
 */
final class Blocks {

  private static final int BLOCK_BYTES = 1 << 20;

  private @Nullable ImageBatch block;

  /** What is done with a batch. */
  interface Step {
    void run(ImageBatch block) throws IOException;
  }

  /** A batch of one. */
  ImageBatch of(LabeledImage image) {
    ImageBatch alone = empty(image.image().shape(), 1);
    alone.add(image);
    return alone;
  }

  /**
   * Gathers images of one shape.
   *
   * @param check sees each image before it is taken, and may refuse it
   * @param step is run with one full batch after the other, and with what is left
   */
  void forEach(Iterator<LabeledImage> images, Consumer<LabeledImage> check, Step step)
      throws IOException {
    ImageBatch gathered = null;
    while (images.hasNext()) {
      LabeledImage image = images.next();
      check.accept(image);
      if (gathered == null) {
        ImageShape shape = image.image().shape();
        gathered = empty(shape, (int) Math.max(1, BLOCK_BYTES / shape.byteCount()));
      } else if (gathered.size() == gathered.capacity()) {
        step.run(gathered);
        gathered.clear();
      }
      gathered.add(image);
    }
    if (gathered != null) {
      step.run(gathered);
    }
  }

  private ImageBatch empty(ImageShape shape, int capacity) {
    ImageBatch empty = block;
    if (empty == null || empty.capacity() < capacity || !empty.shape().equals(shape)) {
      empty = ImageBatch.allocate(shape, capacity);
      block = empty;
    }
    empty.clear();
    return empty;
  }
}
