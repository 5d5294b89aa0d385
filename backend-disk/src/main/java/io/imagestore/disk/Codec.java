package io.imagestore.disk;

import io.imagestore.internal.png.PngDecoder;
import io.imagestore.internal.png.PngEncoder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What one thread needs to turn files into pixels and back, used over and over. */
final class Codec implements AutoCloseable {
  /** Buffers that a large image made larger than this aren't kept. */
  private static final int KEPT_BYTES = 1 << 20;

  private final PngDecoder decoder;
  private @Nullable PngEncoder encoder;
  private final CRC32C crc = new CRC32C();
  private byte[] pixels = new byte[0];
  private byte[] file = new byte[0];

  Codec(long maxPixels) {
    decoder = new PngDecoder(maxPixels);
  }

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
    if (pixels.length < length || pixels.length > Math.max(length, KEPT_BYTES)) {
      pixels = new byte[length];
    }
    return pixels;
  }

  /** An array of at least this length for a file. */
  byte[] file(int length) {
    if (file.length < length || file.length > Math.max(length, KEPT_BYTES)) {
      file = new byte[length];
    }
    return file;
  }

  int crc32c(byte[] bytes, int length) {
    crc.reset();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    decoder.close();
  }
}
