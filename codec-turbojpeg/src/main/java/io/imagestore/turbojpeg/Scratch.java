package io.imagestore.turbojpeg;

import io.imagestore.UnsupportedImageException;
import java.nio.ByteBuffer;

/** Native memory that is used again, grown when needed. */
final class Scratch {

  /** What is kept between two uses; a photograph of 468×401 takes 0.6 MB. */
  private static final int MAX_KEPT_BYTES = 8 << 20;

  private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

  private ByteBuffer buffer = NONE;

  /** A buffer of so many bytes, valid until the next call. */
  ByteBuffer take(int bytes) {
    if (buffer.capacity() < bytes) {
      buffer = NONE; // may be freed before the longer one is taken
      buffer = allocate(bytes);
    }
    return buffer.clear().limit(bytes);
  }

  /** What lies in a buffer, copied. */
  ByteBuffer copyOf(ByteBuffer bytes) {
    int length = bytes.remaining();
    return take(length).put(0, bytes, bytes.position(), length);
  }

  private static ByteBuffer allocate(int bytes) {
    try {
      return ByteBuffer.allocateDirect(bytes);
    } catch (OutOfMemoryError e) { // the limit of direct memory, not the heap's end
      throw new UnsupportedImageException(
          "to decode it, "
              + bytes
              + " bytes of direct memory are needed; raise -XX:MaxDirectMemorySize",
          e);
    }
  }

  /** Gives back what was for a large image alone. */
  void trim() {
    if (buffer.capacity() > MAX_KEPT_BYTES) {
      buffer = NONE;
    }
  }
}
