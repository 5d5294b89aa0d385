package io.imagestore.hdf5;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The CRC-32C of an image's pixels. */
final class Checksum {

  private Checksum() {}

  /** Of what remains, which is used up. */
  static int of(ByteBuffer pixels) {
    CRC32C crc = new CRC32C();
    crc.update(pixels);
    return (int) crc.getValue();
  }
}
