package io.imagestore.internal.pickle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of a pickle, with the offset kept for errors and memory taken only as bytes arrive. */
final class PickleInput {

  private static final int BUFFER_BYTES = 1 << 16;

  /** What a declared length is believed at once; beyond it, arrays double as they fill. */
  private static final int TRUSTED_BYTES = 1 << 20;

  private final @Nullable InputStream stream;
  private final PickleLimits limits;
  private final byte[] buffer;
  private int position;
  private int end;
  private long bufferOffset;
  private long instructionOffset;
  private long held;

  PickleInput(InputStream stream, PickleLimits limits) {
    this.stream = stream;
    this.limits = limits;
    this.buffer = new byte[BUFFER_BYTES];
  }

  PickleInput(byte[] pickle, PickleLimits limits) {
    this.stream = null;
    this.limits = limits;
    this.buffer = pickle;
    this.end = pickle.length;
  }

  /** Reads the next instruction's code, whose offset errors will tell. */
  int readOpcode() throws IOException {
    instructionOffset = offset();
    if (instructionOffset >= limits.maxInputBytes()) {
      throw error("the pickle is longer than the limit of " + limits.maxInputBytes() + " bytes");
    }
    return readByte("an instruction or the end mark '.'");
  }

  int readUnsignedByte() throws IOException {
    return readByte("an argument of 1 byte");
  }

  int readUnsignedShort() throws IOException {
    int low = readUnsignedByte();
    return low | readUnsignedByte() << 8;
  }

  int readInt() throws IOException {
    int low = readUnsignedShort();
    return low | readUnsignedShort() << 16;
  }

  long readUnsignedInt() throws IOException {
    return Integer.toUnsignedLong(readInt());
  }

  long readLong() throws IOException {
    long low = readUnsignedInt();
    return low | (long) readInt() << 32;
  }

  long offset() {
    return bufferOffset + position;
  }

  /** Reads a declared number of bytes; a false declaration can't make it take much memory. */
  byte[] readBytes(long length) throws IOException {
    hold(length);
    byte[] bytes = new byte[(int) Math.min(length, TRUSTED_BYTES)];
    int filled = 0;
    while (true) {
      filled += readInto(bytes, filled, length);
      if (filled == length) {
        return bytes;
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
    }
  }

  private int readInto(byte[] bytes, int from, long declared) throws IOException {
    int count = bytes.length - from;
    int buffered = Math.min(count, end - position);
    System.arraycopy(buffer, position, bytes, from, buffered);
    position += buffered;
    if (buffered < count) {
      int read = stream == null ? 0 : stream.readNBytes(bytes, from + buffered, count - buffered);
      bufferOffset += read;
      if (buffered + read < count) {
        throw truncated("a string of " + declared + " bytes");
      }
    }
    return count;
  }

  /** Passes over bytes without holding them. */
  void skip(long length) throws IOException {
    long buffered = Math.min(length, end - position);
    position += (int) buffered;
    long rest = length - buffered;
    if (rest == 0) {
      return;
    }
    requireWithinInput(rest);
    // The last byte is read, since a file lets one skip beyond its end.
    if (stream == null || skipped(stream, rest - 1) < rest - 1 || stream.read() < 0) {
      throw truncated("a string of " + length + " bytes");
    }
    bufferOffset += rest;
  }

  private static long skipped(InputStream stream, long length) throws IOException {
    long done = 0;
    while (done < length) {
      long step = stream.skip(length - done);
      if (step <= 0 && stream.read() < 0) {
        return done;
      }
      done += Math.max(step, 1);
    }
    return done;
  }

  /** Reads up to a line feed, which is dropped. */
  byte[] readLine(long maxLength) throws IOException {
    byte[] line = new byte[64];
    int length = 0;
    while (true) {
      int next = readByte("a line feed at the end of a text argument");
      if (next == '\n') {
        hold(length);
        return Arrays.copyOf(line, length);
      }
      if (length == maxLength) {
        throw error("expected a text argument of at most " + maxLength + " bytes");
      }
      if (length == line.length) {
        line = Arrays.copyOf(line, longer(length, maxLength));
      }
      line[length++] = (byte) next;
    }
  }

  /** What a line of this length may grow to: twice that, but no more than may still be held. */
  private int longer(int length, long maxLength) throws PickleFormatException {
    long room = limits.maxHeldBytes() - held;
    if (length >= room) {
      hold(length + 1L);
    }
    return (int) Math.min(2L * length, Math.min(room, maxLength));
  }

  /** Counts bytes that will be held in memory against the limit. */
  void hold(long length) throws PickleFormatException {
    if (length < 0) {
      throw error("expected a length of 0 or more but it is " + length);
    }
    if (length > limits.maxHeldBytes() - held) {
      throw error(
          "a string of "
              + length
              + " bytes would exceed the limit of "
              + limits.maxHeldBytes()
              + " bytes in memory");
    }
    held += length;
  }

  void requireEnd() throws IOException {
    if (position < end || fill()) {
      throw new PickleFormatException(
          offset(), "expected the end of the data behind the pickle's end mark");
    }
  }

  PickleFormatException error(String problem) {
    return new PickleFormatException(instructionOffset, problem);
  }

  private PickleFormatException truncated(String expected) {
    return error("expected " + expected + " but the data ends");
  }

  private int readByte(String expected) throws IOException {
    if (position == end && !fill()) {
      throw truncated(expected);
    }
    return buffer[position++] & 0xFF;
  }

  private boolean fill() throws IOException {
    if (stream == null) {
      return false;
    }
    bufferOffset += end;
    position = 0;
    end = 0;
    int read = stream.read(buffer);
    end = Math.max(read, 0);
    return read > 0;
  }

  private void requireWithinInput(long rest) throws PickleFormatException {
    if (rest > limits.maxInputBytes() - offset()) {
      throw error("the pickle is longer than the limit of " + limits.maxInputBytes() + " bytes");
    }
  }
}
