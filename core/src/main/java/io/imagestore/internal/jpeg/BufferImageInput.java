package io.imagestore.internal.jpeg;

import java.nio.ByteBuffer;
import javax.imageio.stream.ImageInputStreamImpl;

/** Lets the JDK read an image from a buffer, wherever that lies; keeps no copy and no file. */
final class BufferImageInput extends ImageInputStreamImpl {

  private final ByteBuffer file;

  BufferImageInput(ByteBuffer file) {
    this.file = file.slice();
  }

  @Override
  public long length() {
    return file.limit();
  }

  @Override
  public int read() {
    bitOffset = 0;
    return streamPos < file.limit() ? Byte.toUnsignedInt(file.get((int) streamPos++)) : -1;
  }

  @Override
  public int read(byte[] destination, int offset, int length) {
    bitOffset = 0;
    if (streamPos >= file.limit()) {
      return -1;
    }
    int count = Math.min(length, file.limit() - (int) streamPos);
    file.get((int) streamPos, destination, offset, count);
    streamPos += count;
    return count;
  }
}
