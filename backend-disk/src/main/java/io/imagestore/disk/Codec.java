package io.imagestore.disk;

import io.imagestore.internal.png.PngDecoder;
import io.imagestore.internal.png.PngEncoder;
import io.imagestore.spi.Checksums;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What one thread needs to turn files into pixels and back, used over and over. */
final class Codec implements Pool.Item {
  private final PngDecoder decoder = new PngDecoder();
  private @Nullable PngEncoder encoder;
  private final Checksums checksums = new Checksums();
  private byte[] pixels = new byte[0];
  private byte[] file = new byte[0];

  PngDecoder decoder() {
    return decoder;
  }

  PngEncoder encoder() {
    if (encoder == null) {
      encoder = new PngEncoder();
    }
    return encoder;
  }

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
    long encoding = encoder == null ? 0 : encoder.heldBytes();
    return decoder.heldBytes() + encoding + pixels.length + file.length;
  }

  @Override
  public void close() {
    decoder.close();
  }
}
