package io.imagestore.internal.jpeg;

import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Lets the JDK read images from buffers, wherever those lie, one after another: what the JDK takes
 * for each such object is more than most small images have. Keeps no copy and no file.
 */
final class BufferImageInput extends ImageInputStreamImpl implements Pool.Item {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private ByteBuffer file = NOTHING;

  /** Begins with a file. */
  void open(ByteBuffer newFile) {
    file = newFile.slice();
    streamPos = 0;
    flushedPos = 0;
    bitOffset = 0;
  }

  /** Lets go of the file. */
  void forget() {
    file = NOTHING;
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

  @Override
  public long heldBytes() {
    return 0; // next to nothing
  }

  /** Need not be called: there is nothing to give back. */
  @Override
  public void close() {
    forget();
  }
}
