package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A stretch of metadata that ends in its own checksum, held in memory, so that it is changed here
 * first, by way of {@link Changes}, and in the file when the change is committed.
 */
final class MetadataBlock {

  static final int CHECKSUM_BYTES = 4;

  private final long address;
  private final byte[] bytes;
  private final ByteBuffer buffer;

  /** A block whose checksum needn't fit yet. */
  MetadataBlock(long address, byte[] bytes) {
    this.address = address;
    this.bytes = bytes;
    this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Reads a block and checks its signature and its checksum. */
  static MetadataBlock read(ByteSource source, long address, int size, String signature)
      throws IOException {
    return read(source, address, size, signature.getBytes(StandardCharsets.US_ASCII));
  }

  static MetadataBlock read(ByteSource source, long address, int size, byte[] signature)
      throws IOException {
    byte[] bytes = source.read(address, size);
    String name = new String(signature, StandardCharsets.ISO_8859_1).strip();
    if (!Arrays.equals(
        bytes, 0, Math.min(signature.length, size), signature, 0, signature.length)) {
      throw new Hdf5FormatException("there is no '" + name + "' at address " + address);
    }
    MetadataBlock block = new MetadataBlock(address, bytes);
    int expected = block.buffer.getInt(size - CHECKSUM_BYTES);
    int actual = block.checksum();
    if (expected != actual) {
      throw new Hdf5FormatException(
          String.format(
              "'%s' at address %d is damaged: its checksum is %08x, its content's %08x",
              name, address, expected, actual));
    }
    return block;
  }

  /** Reads a block that has a checksum, but no signature. */
  static MetadataBlock read(ByteSource source, long address, int size) throws IOException {
    return read(source, address, size, new byte[0]);
  }

  private int checksum() {
    return Lookup3.hash(bytes, 0, bytes.length - CHECKSUM_BYTES);
  }

  /** Makes the checksum fit again. */
  void seal() {
    buffer.putInt(bytes.length - CHECKSUM_BYTES, checksum());
  }

  long address() {
    return address;
  }

  long end() {
    return address + bytes.length;
  }

  int size() {
    return bytes.length;
  }

  /** The bytes, little-endian. Its position is never moved. */
  ByteBuffer view() {
    return buffer;
  }

  /** The bytes, for {@link Changes} alone to write to. */
  byte[] bytes() {
    return bytes;
  }

  /** A copy of it all. */
  Patch whole() {
    return new Patch(address, bytes.clone());
  }
}
