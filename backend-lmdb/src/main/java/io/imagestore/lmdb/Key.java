package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A key in memory of its own. Ids are written big-endian, so that LMDB's order, that of the bytes,
 * is that of the ids. For one thread.
 */
final class Key extends Slice {

  private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  // Kept, for it owns the memory that the address points to.
  private final ByteBuffer memory;

  private Key(int length) {
    memory = ByteBuffer.allocateDirect(length);
    address = NativeMemory.addressOf(memory);
    size = length;
  }

  static Key ofIds() {
    return new Key(Long.BYTES);
  }

  static Key named(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    Key key = new Key(bytes.length);
    key.memory.put(0, bytes);
    return key;
  }

  /** Makes it the key of an id. */
  Key to(long id) {
    memory.putLong(0, id); // a ByteBuffer is big-endian by default
    return this;
  }

  /** The id that a key in the database stands for, or -1 if it is none. */
  static long idOf(Slice key) {
    if (key.size != Long.BYTES) {
      return -1;
    }
    long raw = NativeMemory.getLong(key.address);
    return SWAP ? Long.reverseBytes(raw) : raw;
  }
}
