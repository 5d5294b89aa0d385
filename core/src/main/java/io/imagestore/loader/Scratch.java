package io.imagestore.loader;

import java.nio.ByteBuffer;

/** Arrays and buffers that grow to what the largest image needs and then stay. */
final class Scratch {

  private Scratch() {}

  /**
   * The array, or a new one if it is too small for so many samples. What it held may be lost.
   *
   * @throws IllegalArgumentException if no array can be as large
   */
  static byte[] atLeast(byte[] array, int height, int width, int channels) {
    int length = length(height, width, channels);
    return array.length >= length ? array : new byte[length];
  }

  /** The direct buffer, or a new one; as for arrays. */
  static ByteBuffer atLeast(ByteBuffer buffer, int height, int width, int channels) {
    int length = length(height, width, channels);
    return buffer.capacity() >= length ? buffer : ByteBuffer.allocateDirect(length);
  }

  private static int length(int height, int width, int channels) {
    long length = (long) height * width * channels;
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "An image of %dx%dx%d is too large to be transformed; at most 2 GiB can be"
              .formatted(height, width, channels));
    }
    return (int) length;
  }

  static int[] atLeast(int[] array, int length) {
    return array.length >= length ? array : new int[length];
  }

  static long[] atLeast(long[] array, int length) {
    return array.length >= length ? array : new long[length];
  }
}
