package io.imagestore.loader;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.function.IntFunction;

/** Memory for samples of any type; threads may write to different parts of it at once. */
final class TensorMemory {

  static final TensorMemory NONE = new TensorMemory(ByteBuffer.allocateDirect(0));

  private final ByteBuffer bytes;
  private final ShortBuffer halves;
  private final FloatBuffer floats;

  private TensorMemory(ByteBuffer bytes) {
    this.bytes = bytes;
    halves = bytes.asShortBuffer();
    floats = bytes.asFloatBuffer();
  }

  /**
   * Takes memory.
   *
   * @param allocator the caller's or the JDK's
   * @throws IllegalArgumentException if it gave none that will do
   */
  static TensorMemory of(int size, IntFunction<ByteBuffer> allocator) {
    ByteBuffer given = allocator.apply(size);
    if (!given.isDirect() || given.isReadOnly() || given.remaining() < size) {
      throw new IllegalArgumentException(
          "The memory of a batch must be a direct buffer of %d bytes that can be written to, but is %s"
              .formatted(size, given));
    }
    return new TensorMemory(given.slice().limit(size).slice().order(ByteOrder.nativeOrder()));
  }

  int size() {
    return bytes.capacity();
  }

  /** Puts samples behind so many others. */
  void put(int at, byte[] samples, int count) {
    bytes.put(at, samples, 0, count);
  }

  /** Puts samples behind so many others. */
  void put(int at, short[] samples, int count) {
    halves.put(at, samples, 0, count);
  }

  /** Puts samples behind so many others. */
  void put(int at, float[] samples, int count) {
    floats.put(at, samples, 0, count);
  }

  /** Moves bytes towards the front. */
  void move(int from, int to, int count) {
    bytes.put(to, bytes, from, count);
  }

  ByteBuffer bytes(int from, int count) {
    return bytes.slice(from, count).order(ByteOrder.nativeOrder());
  }

  FloatBuffer floats(int from, int count) {
    return floats.slice(from, count);
  }
}
