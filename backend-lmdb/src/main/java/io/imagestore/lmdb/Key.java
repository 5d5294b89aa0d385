package io.imagestore.lmdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A key in memory of its own. For one thread. */
final class Key extends Slice {

  private final IdFormat format;
  // Kept, for it owns the memory that the address points to.
  private final ByteBuffer memory;

  private Key(int length, IdFormat format) {
    this.format = format;
    memory = ByteBuffer.allocateDirect(length);
    address = NativeMemory.addressOf(memory);
    size = length;
  }

  static Key ofIds(IdFormat format) {
    return new Key(IdFormat.BYTES, format);
  }

  static Key ofIds() {
    return ofIds(IdFormat.BIG_ENDIAN);
  }

  static Key named(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    Key key = new Key(bytes.length, IdFormat.BIG_ENDIAN);
    key.memory.put(0, bytes);
    return key;
  }

  /** Makes it the key of an id. */
  Key to(long id) {
    format.write(id, memory);
    return this;
  }
}
