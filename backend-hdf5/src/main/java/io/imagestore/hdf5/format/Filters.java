package io.imagestore.hdf5.format;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What is done to a chunk before it is written: the first byte of all elements put together, then
 * the second and so on (shuffle), then zlib's deflate. Specification, section IV.A.2.l, <em>The
 * Data Storage - Filter Pipeline Message</em>.
 *
 * @param shuffle whether bytes are shuffled
 * @param deflateLevel 1 to 9, or 0 for no compression
 */
public record Filters(boolean shuffle, int deflateLevel) {

  /** Chunks are written as they are. */
  public static final Filters NONE = new Filters(false, 0);

  // Two bits of deflate stand for 258 bytes at most.
  private static final long MOST_FROM_A_BYTE = 4 * 258;

  /**
   * Checks the level.
   *
   * @param shuffle whether bytes are shuffled
   * @param deflateLevel 1 to 9, or 0 for no compression
   * @throws IllegalArgumentException if it isn't 0 to 9
   */
  public Filters {
    if (deflateLevel < 0 || deflateLevel > 9) {
      throw new IllegalArgumentException("deflateLevel must be 0 to 9, but is " + deflateLevel);
    }
  }

  boolean any() {
    return shuffle || deflateLevel > 0;
  }

  /** The mask of a chunk that went through no filter. */
  int skipAll() {
    return (1 << count()) - 1;
  }

  int count() {
    return (shuffle ? 1 : 0) + (deflateLevel > 0 ? 1 : 0);
  }

  byte[] encode(byte[] chunk, int elementSize) {
    byte[] shuffled = shuffle ? shuffle(chunk, elementSize) : chunk;
    return deflateLevel > 0 ? deflate(shuffled) : shuffled;
  }

  /**
   * The chunk that was encoded.
   *
   * @param mask has bit i set where filter i was skipped
   */
  byte[] decode(byte[] stored, int mask, int chunkBytes, int elementSize)
      throws Hdf5FormatException {
    int deflateBit = shuffle ? 2 : 1;
    byte[] bytes =
        deflateLevel > 0 && (mask & deflateBit) == 0 ? inflate(stored, chunkBytes) : stored;
    if (bytes.length != chunkBytes) {
      throw new Hdf5FormatException(
          "a chunk holds " + bytes.length + " bytes in place of " + chunkBytes);
    }
    return shuffle && (mask & 1) == 0 ? unshuffle(bytes, elementSize) : bytes;
  }

  /**
   * As much as can be decoded of a chunk that may be damaged. What can't is zero, or, as no
   * checksum vouches for it, anything.
   */
  byte[] salvage(byte[] stored, int mask, int chunkBytes, int elementSize)
      throws Hdf5FormatException {
    int deflateBit = shuffle ? 2 : 1;
    byte[] bytes = roomFor(chunkBytes, stored);
    if (deflateLevel > 0 && (mask & deflateBit) == 0) {
      inflateWhatIsWhole(stored, bytes);
    } else {
      System.arraycopy(stored, 0, bytes, 0, Math.min(stored.length, chunkBytes));
    }
    return shuffle && (mask & 1) == 0 ? unshuffle(bytes, elementSize) : bytes;
  }

  private static byte[] roomFor(int chunkBytes, byte[] stored) throws Hdf5FormatException {
    if (chunkBytes > MOST_FROM_A_BYTE * stored.length) {
      throw new Hdf5FormatException(
          "a compressed chunk of " + stored.length + " bytes can't hold " + chunkBytes);
    }
    return new byte[chunkBytes];
  }

  private static void inflateWhatIsWhole(byte[] stored, byte[] out) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stored);
      int inflated = 1;
      for (int count = 0; inflated > 0 && count < out.length; count += inflated) {
        inflated = inflater.inflate(out, count, out.length - count);
      }
    } catch (DataFormatException e) {
      return; // here the damage begins
    } finally {
      inflater.end();
    }
  }

  private static byte[] shuffle(byte[] chunk, int elementSize) {
    int elements = chunk.length / elementSize;
    byte[] out = new byte[chunk.length];
    for (int b = 0, to = 0; b < elementSize; b++) {
      for (int i = 0, from = b; i < elements; i++, from += elementSize) {
        out[to++] = chunk[from];
      }
    }
    return out;
  }

  private static byte[] unshuffle(byte[] chunk, int elementSize) {
    int elements = chunk.length / elementSize;
    byte[] out = new byte[chunk.length];
    for (int b = 0, from = 0; b < elementSize; b++) {
      for (int i = 0, to = b; i < elements; i++, to += elementSize) {
        out[to] = chunk[from++];
      }
    }
    return out;
  }

  private byte[] deflate(byte[] bytes) {
    Deflater deflater = new Deflater(deflateLevel);
    try {
      deflater.setInput(bytes);
      deflater.finish();
      // The most that deflate can grow its input by, with room to spare.
      byte[] out = new byte[bytes.length + bytes.length / 1000 + 64];
      int length = deflater.deflate(out);
      if (!deflater.finished()) {
        throw new IllegalStateException(
            "deflate made " + bytes.length + " bytes longer than it can");
      }
      return Arrays.copyOf(out, length);
    } finally {
      deflater.end();
    }
  }

  private static byte[] inflate(byte[] bytes, int length) throws Hdf5FormatException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(bytes);
      byte[] out = roomFor(length, bytes);
      int count = 0;
      while (count < length) {
        int inflated = inflater.inflate(out, count, length - count);
        if (inflated == 0) {
          throw new Hdf5FormatException(
              "a compressed chunk ends after " + count + " of " + length + " bytes");
        }
        count += inflated;
      }
      // Only at the very end does the checksum get compared.
      if (inflater.inflate(new byte[1]) > 0 || !inflater.finished()) {
        throw new Hdf5FormatException(
            "a compressed chunk doesn't end after its " + length + " bytes");
      }
      return out;
    } catch (DataFormatException e) {
      Hdf5FormatException damaged =
          new Hdf5FormatException("a compressed chunk is damaged: " + e.getMessage());
      damaged.initCause(e);
      throw damaged;
    } finally {
      inflater.end();
    }
  }
}
