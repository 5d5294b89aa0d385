package io.imagestore.disk;

import io.imagestore.spi.Checksums;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;

/** What one thread needs to turn files into pixels and back, used over and over. */
final class Codec implements Pool.Item {
  private final Checksums checksums = new Checksums();
  private ByteBuffer pixels = ByteBuffer.allocate(0);
  private ByteBuffer file = ByteBuffer.allocate(0);

  /** An array for pixels, in a buffer of this length; valid until the next. */
  ByteBuffer pixels(int length) {
    pixels = atLeast(length, pixels);
    return pixels.clear().limit(length);
  }

  /** An array for a file, in a buffer of this length; valid until the next. */
  ByteBuffer file(int length) {
    file = atLeast(length, file);
    return file.clear().limit(length);
  }

  private static ByteBuffer atLeast(int length, ByteBuffer buffer) {
    return buffer.capacity() < length ? ByteBuffer.allocate(length) : buffer;
  }

  /** A copy of a file in the array for one: a buffer that has an array is written faster. */
  ByteBuffer fileOf(ByteBuffer bytes) {
    return file(bytes.remaining()).put(bytes).flip();
  }

  /** The CRC-32C of what remains in a buffer, whose position stays. */
  int crc32c(ByteBuffer bytes) {
    return checksums.of(bytes);
  }

  @Override
  public long heldBytes() {
    return (long) pixels.capacity() + file.capacity();
  }

  @Override
  public void close() {
    // Holds memory of the heap alone.
  }
}
