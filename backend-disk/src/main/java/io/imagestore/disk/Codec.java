package io.imagestore.disk;

import io.imagestore.spi.Checksums;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;

/** What one thread needs to turn files into pixels and back, used over and over. */
final class Codec implements Pool.Item {
  private final Checksums checksums = new Checksums();
  private byte[] pixels = new byte[0];
  private byte[] file = new byte[0];

  /** An array of at least this length for pixels. */
  byte[] pixels(int length) {
    if (pixels.length < length) {
      pixels = new byte[length];
    }
    return pixels;
  }

  /** An array of at least this length for a file. */
  byte[] file(int length) {
    if (file.length < length) {
      file = new byte[length];
    }
    return file;
  }

  /** A copy of a file in the array for one: a buffer that has an array is written faster. */
  ByteBuffer fileOf(ByteBuffer bytes) {
    int length = bytes.remaining();
    ByteBuffer copy = ByteBuffer.wrap(file(length), 0, length);
    copy.duplicate().put(bytes);
    return copy;
  }

  /** The CRC-32C of what remains in a buffer, whose position stays. */
  int crc32c(ByteBuffer bytes) {
    return checksums.of(bytes);
  }

  @Override
  public long heldBytes() {
    return (long) pixels.length + file.length;
  }

  @Override
  public void close() {
    // Holds memory of the heap alone.
  }
}
