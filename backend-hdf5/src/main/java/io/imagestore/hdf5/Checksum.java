package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import java.nio.ByteBuffer;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.zip.CRC32C;

/** The CRC-32C of an image's pixels. */
final class Checksum {

  // Below this, waking another thread takes longer than it saves.
  private static final int LARGE_BATCH = 4 << 20;

  private Checksum() {}

  /** Of what remains, which is used up. */
  static int of(ByteBuffer pixels) {
    CRC32C crc = new CRC32C();
    crc.update(pixels);
    return (int) crc.getValue();
  }

  /** Of each image; of a large batch by another thread meanwhile, so that the caller can write. */
  static ForkJoinTask<int[]> ofEach(ImageBatch batch) {
    ForkJoinTask<int[]> task = ForkJoinTask.adapt(() -> each(batch));
    if (batch.size() * batch.shape().byteCount() < LARGE_BATCH) {
      task.invoke();
      return task;
    }
    return ForkJoinPool.commonPool().submit(task);
  }

  private static int[] each(ImageBatch batch) {
    int imageBytes = (int) batch.shape().byteCount();
    ByteBuffer pixels = batch.pixels();
    int[] checksums = new int[batch.size()];
    CRC32C crc = new CRC32C();
    for (int i = 0; i < checksums.length; i++) {
      crc.reset();
      crc.update(pixels.limit((i + 1) * imageBytes));
      checksums[i] = (int) crc.getValue();
    }
    return checksums;
  }
}
