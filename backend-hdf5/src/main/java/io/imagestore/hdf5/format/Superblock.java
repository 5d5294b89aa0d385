package io.imagestore.hdf5.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The start of the file, version 3: where the root group is, and where the file's contents end.
 * Specification, section II.A, <em>Format Signature and Superblock</em>.
 */
final class Superblock {

  static final int BYTES = 48;
  static final long UNDEFINED = -1L;

  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final int CONSISTENCY_FLAGS = 11;
  private static final int BASE_ADDRESS = 12;
  private static final int EXTENSION = 20;
  private static final int END_OF_FILE = 28;
  private static final int ROOT = 36;

  private final MetadataBlock block;

  private Superblock(MetadataBlock block) {
    this.block = block;
  }

  static Superblock create(long root, long endOfFile) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(SIGNATURE).put((byte) 3).put((byte) 8).put((byte) 8).put((byte) 0);
    bytes.putLong(0).putLong(UNDEFINED).putLong(endOfFile).putLong(root);
    MetadataBlock block = new MetadataBlock(0, bytes.array());
    block.seal();
    return new Superblock(block);
  }

  static Superblock read(ByteSource source) throws IOException {
    byte[] start = source.read(0, (int) Math.min(BYTES, source.length()));
    if (start.length < BYTES) {
      throw new Hdf5FormatException(
          "the file ends inside of its superblock, after " + start.length + " bytes");
    }
    if (!Arrays.equals(start, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new UnsupportedHdf5Exception("no HDF5 signature at address 0, so perhaps a user block");
    }
    if (start[8] < 2 || start[8] > 3 || start[9] != 8 || start[10] != 8) {
      throw new UnsupportedHdf5Exception(
          "superblock version "
              + start[8]
              + " with offsets of "
              + start[9]
              + " and lengths of "
              + start[10]
              + " bytes");
    }
    Superblock superblock = new Superblock(MetadataBlock.read(source, 0, BYTES, SIGNATURE));
    superblock.check(source.length());
    return superblock;
  }

  private void check(long length) throws IOException {
    if (block.view().getLong(BASE_ADDRESS) != 0) {
      throw new UnsupportedHdf5Exception(
          "base address " + block.view().getLong(BASE_ADDRESS) + ", that is, a user block");
    }
    if (endOfFile() < BYTES || endOfFile() > length) {
      throw new Hdf5FormatException(
          "the file has "
              + length
              + " bytes, but its superblock says "
              + endOfFile()
              + ": it was cut off");
    }
  }

  MetadataBlock block() {
    return block;
  }

  /** Whether another program has the file open for writing, or died in it. */
  boolean markedOpen() {
    return block.view().get(CONSISTENCY_FLAGS) != 0;
  }

  boolean hasExtension() {
    return block.view().getLong(EXTENSION) != UNDEFINED;
  }

  /** The end that a superblock tells which isn't checked otherwise. */
  static long endOfFile(byte[] superblock) {
    return Bits.unsigned(ByteBuffer.wrap(superblock), END_OF_FILE, 8);
  }

  long endOfFile() {
    return block.view().getLong(END_OF_FILE);
  }

  void endOfFile(long address, Changes changes) {
    if (address != endOfFile()) {
      changes.to(block).putLong(END_OF_FILE, address);
    }
  }

  long root() {
    return block.view().getLong(ROOT);
  }

  void root(long address, Changes changes) {
    changes.to(block).putLong(ROOT, address);
  }
}
