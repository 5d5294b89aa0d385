package io.imagestore.internal.png;

import io.imagestore.UnsupportedImageException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing array that takes bits, lowest first, as DEFLATE packs them, and whole bytes. */
final class BitSink {
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  /** {@link #put} writes eight bytes at a time, of which up to eight are yet to be claimed. */
  private static final int SLACK = 16;

  private byte[] bytes = new byte[4096];
  private int position;
  private long pending;
  private int pendingBits;

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return position;
  }

  void reset(int capacity) {
    if (bytes.length > Math.max(capacity, 1 << 16)) {
      bytes = new byte[4096];
    }
    position = 0;
    pending = 0;
    pendingBits = 0;
  }

  /** Makes room for {@code count} more bytes; nothing below checks. */
  void reserve(long count) {
    long needed = position + count + SLACK;
    if (needed > bytes.length) {
      if (needed > Integer.MAX_VALUE - 8) {
        throw new UnsupportedImageException(
            "as PNG it would take more than 2 GiB; keep it as raw pixels, or in parts");
      }
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.length)));
    }
  }

  /** Appends up to 32 bits. */
  void put(int value, int count) {
    pending |= (long) value << pendingBits;
    pendingBits += count;
    LONG_LE.set(bytes, position, pending);
    int whole = pendingBits >>> 3;
    position += whole;
    pending >>>= whole << 3;
    pendingBits &= 7;
  }

  /** Fills the last byte up with zero bits. */
  void align() {
    LONG_LE.set(bytes, position, pending);
    position += (pendingBits + 7) >>> 3;
    pending = 0;
    pendingBits = 0;
  }

  void putInt(int value) {
    setInt(position, value);
    position += Integer.BYTES;
  }

  void putByte(int value) {
    bytes[position++] = (byte) value;
  }

  void putBytes(byte[] source, int offset, int length) {
    System.arraycopy(source, offset, bytes, position, length);
    position += length;
  }

  void setInt(int at, int value) {
    INT_BE.set(bytes, at, value);
  }
}
