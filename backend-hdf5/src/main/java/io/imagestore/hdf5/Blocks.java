package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import org.jspecify.annotations.Nullable;

/**
 * Memory to gather images in, about 1 MiB at a time. It is the same each time, for fresh memory
 * costs more than to fill it. For one thread.
 */
final class Blocks {

  private static final int BLOCK_BYTES = 1 << 20;

  private @Nullable ImageBatch block;

  /** For one image. */
  ImageBatch ofOne(ImageShape shape) {
    return empty(shape, 1);
  }

  /** For some. */
  ImageBatch ofMany(ImageShape shape) {
    return empty(shape, (int) Math.max(1, BLOCK_BYTES / shape.byteCount()));
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
