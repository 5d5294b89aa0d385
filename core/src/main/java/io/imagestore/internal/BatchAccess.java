package io.imagestore.internal;

import io.imagestore.ImageBatch;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens to the SPI what {@link ImageBatch} keeps from its users. */
public interface BatchAccess {

  /** Writes the images that a batch asks for. */
  @FunctionalInterface
  interface Source {
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
   * Replaces a batch's contents.
   *
   * @param batch the batch
   * @param count how many images the source will write
   * @param source writes them
   */
  void fill(ImageBatch batch, int count, Source source);

  /**
   * The CRC-32C of an image's pixels.
   *
   * @param batch the batch
   * @param i the image's place
   * @return the checksum
   */
  int crc32c(ImageBatch batch, int i);

  /**
   * The access that the batch's class has given.
   *
   * @return the same for all batches
   */
  static BatchAccess get() {
    if (Holder.access == null) {
      // Whoever holds a batch has loaded its class, which calls set.
      throw new IllegalStateException("no batch has been made yet");
    }
    return Objects.requireNonNull(Holder.access);
  }

  /**
   * Called once, when the batch's class is loaded.
   *
   * @param access what it gives
   */
  static void set(BatchAccess access) {
    Holder.access = access;
  }

  /** Where the access is kept. */
  final class Holder {
    private static volatile @Nullable BatchAccess access;

    private Holder() {}
  }
}
