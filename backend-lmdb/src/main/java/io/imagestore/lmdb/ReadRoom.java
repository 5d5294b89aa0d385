package io.imagestore.lmdb;

import io.imagestore.spi.DirectMemory;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What one call after another reads into, so that a call takes no memory of its own: what the index
 * tells of images, and a copy of one image's bytes, so that what is shown is what was checked. The
 * copy is direct, for that is what native codecs read. For one thread at a time.
 */
final class ReadRoom implements Pool.Item {

  /** Larger copies are left to the garbage collector. */
  private static final int MOST = 4 << 20;

  /** More images of one call are left to it, too. */
  private static final int MOST_IMAGES = 1 << 12;

  /** About what one takes. */
  private static final int IMAGE_BYTES = 64;

  private DirectMemory memory = DirectMemory.allocate(0);
  private FoundImage[] images = new FoundImage[0];
  private int found;

  /** What an index record tells, until {@link #forget}. */
  FoundImage found(long id, ImageRecord record) {
    FoundImage image = found < MOST_IMAGES ? next() : new FoundImage();
    image.become(id, record);
    return image;
  }

  private FoundImage next() {
    if (found == images.length) {
      images = Arrays.copyOf(images, Math.max(16, 2 * found));
      for (int i = found; i < images.length; i++) {
        images[i] = new FoundImage();
      }
    }
    return images[found++];
  }

  /** Uses what has told of images for others. */
  void forget() {
    found = 0;
  }

  /**
   * A buffer for a copy.
   *
   * @return of this size, at position 0; valid until the next
   */
  ByteBuffer bytes(int size) {
    if (size > MOST) {
      return ByteBuffer.allocate(size);
    }
    if (memory.buffer().capacity() < size) {
      memory.close();
      memory = DirectMemory.allocate(Math.min(MOST, 2 * size));
    }
    return memory.buffer().clear().limit(size);
  }

  @Override
  public long heldBytes() {
    return memory.buffer().capacity() + (long) IMAGE_BYTES * images.length;
  }

  @Override
  public void close() {
    memory.close();
  }
}
