package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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

  /** Refuses what remains, which is used up, if its checksum is another. */
  static void verify(Path store, long id, int expected, ByteBuffer pixels) {
    int actual = of(pixels);
    if (expected != actual) {
      throw new CorruptImageException(
          store, id, String.format("its CRC-32C should be %08x, but is %08x", expected, actual));
    }
  }
}
