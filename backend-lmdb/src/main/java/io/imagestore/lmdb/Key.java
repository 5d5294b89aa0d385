package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A key in memory of its own. For one thread. */
final class Key extends Slice {

  // Kept, for it owns the memory that the address points to.
  private final ByteBuffer memory;

  private Key(int length) {
    memory = ByteBuffer.allocateDirect(length);
    address = NativeMemory.addressOf(memory);
    size = length;
  }

  /** One of eight bytes. */
  static Key ofNumber() {
    return new Key(Long.BYTES);
  }

  static Key named(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    Key key = new Key(bytes.length);
    key.memory.put(0, bytes);
    return key;
  }

  /** Makes it a number, big-endian. */
  Key to(long number) {
    memory.putLong(0, number);
    return this;
  }
}
