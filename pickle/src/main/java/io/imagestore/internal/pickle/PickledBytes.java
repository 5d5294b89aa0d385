package io.imagestore.internal.pickle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A byte string of a pickle: Python 2's {@code str}, Python 3's {@code bytes} or {@code bytearray}.
 *
 * <p>Its bytes are held, unless the reader was told to leave long ones where they are; then offset
 * and length say where in the pickle they lie, as they are.
 */
public final class PickledBytes {

  private final long offset;
  private final long length;
  private final byte @Nullable [] content;

  private PickledBytes(long offset, long length, byte @Nullable [] content) {
    this.offset = offset;
    this.length = length;
    this.content = content;
  }

  static PickledBytes held(byte[] content) {
    return new PickledBytes(-1, content.length, content);
  }

  static PickledBytes leftInPlace(long offset, long length) {
    return new PickledBytes(offset, length, null);
  }

  /**
   * Whether {@link #bytes()} can be called.
   *
   * @return true unless the bytes were left in the pickle
   */
  public boolean isHeld() {
    return content != null;
  }

  /**
   * Where bytes that were left in place begin.
   *
   * @return bytes from the start of the pickle
   * @throws IllegalStateException if the bytes are held
   */
  public long offset() {
    if (content != null) {
      throw new IllegalStateException("these bytes are held in memory");
    }
    return offset;
  }

  /**
   * How many bytes there are, held or not.
   *
   * @return the length
   */
  public long length() {
    return length;
  }

  /**
   * The bytes themselves, not a copy.
   *
   * @return the array that holds them
   * @throws IllegalStateException if they were left in place
   */
  public byte[] bytes() {
    if (content == null) {
      throw new IllegalStateException(length + " bytes were left in the pickle at " + offset);
    }
    return content;
  }

  /**
   * The bytes as text, each byte a character of ISO 8859-1, which loses nothing.
   *
   * @return the text
   * @throws IllegalStateException if the bytes were left in place
   */
  public String text() {
    return new String(bytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PickledBytes that
        && offset == that.offset
        && length == that.length
        && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(length) + Arrays.hashCode(content);
  }

  @Override
  public String toString() {
    return "PickledBytes[" + length + (isHeld() ? "]" : " at " + offset + "]");
  }
}
