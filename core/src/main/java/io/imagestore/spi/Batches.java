package io.imagestore.spi;

import io.imagestore.ImageBatch;
import io.imagestore.internal.BatchAccess;
import java.nio.ByteBuffer;

/** What a backend may do with an {@link ImageBatch}, beside what its users may. */
public final class Batches {

  private Batches() {}

  /** Writes the images that {@link #fill} asks for. */
  @FunctionalInterface
  public interface Source {
    /**
     * Writes pixels, ids and labels of each image. None of the three may be kept.
     *
     * @param pixels takes count × height × width × channels samples, NHWC; direct, at position 0
     * @param ids takes the ids, from index 0 on
     * @param labels takes the labels, from index 0 on
     */
    void write(ByteBuffer pixels, long[] ids, int[] labels);
  }

  /**
   * Replaces the contents in one go, without a copy of the pixels. If the source throws, the batch
   * is empty afterwards, for its pixels may be half written.
   *
   * @param batch takes the images
   * @param count how many the source will write, 0 to the batch's capacity
   * @param source writes them
   * @throws IllegalArgumentException if count is negative or more than fits; the batch is left as
   *     it was
   */
  public static void fill(ImageBatch batch, int count, Source source) {
    BatchAccess.get().fill(batch, count, source::write);
  }

  /**
   * The CRC-32C of one image's pixels in HWC order: made when the image was added, or, if the batch
   * was filled, when it is first asked for.
   *
   * @param batch the batch
   * @param i the image's place, from 0 to the batch's size exclusive
   * @return the checksum, its 32 bits as they are
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public static int crc32c(ImageBatch batch, int i) {
    return BatchAccess.get().crc32c(batch, i);
  }
}
