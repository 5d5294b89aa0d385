package io.imagestore.lmdb;

import io.imagestore.spi.DirectMemory;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;

/**
 * Memory for a copy of one image's bytes after another, so that what is shown is what was checked.
 * Direct, for that is what native codecs read. For one thread at a time.
 */
final class CopyBuffer implements Pool.Item {

  /** Larger copies are left to the garbage collector. */
  private static final int MOST = 4 << 20;

  private DirectMemory memory = DirectMemory.allocate(0);

  /**
   * Copies.
   *
   * @return the copy, at position 0; valid until the next
   */
  ByteBuffer copyOf(ByteBuffer bytes) {
    int size = bytes.remaining();
    ByteBuffer copy = size > MOST ? ByteBuffer.allocate(size) : direct(size);
    return copy.put(bytes.duplicate()).flip();
  }

  private ByteBuffer direct(int size) {
    if (memory.buffer().capacity() < size) {
      memory.close();
      memory = DirectMemory.allocate(Math.min(MOST, 2 * size));
    }
    return memory.buffer().slice(0, size);
  }

  @Override
  public long heldBytes() {
    return memory.buffer().capacity();
  }

  @Override
  public void close() {
    memory.close();
  }
}
