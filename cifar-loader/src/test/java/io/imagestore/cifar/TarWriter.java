package io.imagestore.cifar;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes tar archives, also ones that no honest program writes. */
final class TarWriter implements Closeable {

  private static final int BLOCK = 512;

  private final OutputStream out;

  TarWriter(OutputStream out) {
    this.out = out;
  }

  void folder(String name) throws IOException {
    header(name, 0, '5');
  }

  void file(String name, byte[] content) throws IOException {
    entry(name, '0', content);
  }

  void entry(String name, char type, byte[] content) throws IOException {
    header(name, content.length, type);
    out.write(content);
    out.write(new byte[-content.length & (BLOCK - 1)]);
  }

  /** A header that may promise more than follows. */
  void header(String name, long size, char type) throws IOException {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 124, String.format(Locale.ROOT, "%011o", size));
    header[156] = (byte) type;
    put(header, 257, "ustar");
    put(header, 263, "00");
    putChecksum(header, 0);
    out.write(header);
  }

  /** Makes the checksum right of the header that begins at an offset. */
  static void putChecksum(byte[] archive, int header) {
    put(archive, header + 148, "        ");
    int sum = 0;
    for (int i = header; i < header + BLOCK; i++) {
      sum += archive[i] & 0xFF;
    }
    put(archive, header + 148, String.format(Locale.ROOT, "%06o\0", sum));
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }
}
