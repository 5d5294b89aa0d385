package io.imagestore.lmdb;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;

/**
 * Reads and writes memory by its address, without flags to the JVM. Callers vouch for the address.
 */
final class NativeMemory {

  private static final MemoryIO IO = MemoryIO.getInstance();

  private NativeMemory() {}

  /** Does nothing but have the class loaded. */
  static void load() {}

  static long getLong(long address) {
    return IO.getLong(address);
  }

  static void putLong(long address, long value) {
    IO.putLong(address, value);
  }

  static void get(long address, byte[] destination, int offset, int length) {
    IO.getByteArray(address, destination, offset, length);
  }

  static void put(long address, byte[] source, int offset, int length) {
    IO.putByteArray(address, source, offset, length);
  }

  static byte[] bytes(Slice slice) {
    byte[] bytes = new byte[Math.toIntExact(slice.size)];
    get(slice.address, bytes, 0, bytes.length);
    return bytes;
  }

  static void copy(long from, long to, long length) {
    IO.copyMemory(from, to, length);
  }

  /** A buffer over memory that it neither owns nor keeps alive. */
  static ByteBuffer buffer(long address, int length) {
    return IO.newDirectByteBuffer(address, length);
  }

  /** Where a direct buffer begins; valid while the buffer is reachable. */
  static long addressOf(ByteBuffer direct) {
    return IO.getDirectBufferAddress(direct);
  }
}
