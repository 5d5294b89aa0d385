package io.imagestore.disk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Tells formats by their first bytes for which there is no codec here. */
final class ForeignFormat {

  private static final int APPLE_DOUBLE = 0x00051607;

  /** A format's name, and what its files have at a place. */
  private record Mark(String format, int at, String bytes) {
    boolean isIn(String start) {
      return start.startsWith(bytes, at);
    }
  }

  private static final List<Mark> MARKS =
      List.of(
          new Mark("GIF", 0, "GIF87a"),
          new Mark("GIF", 0, "GIF89a"),
          new Mark("TIFF", 0, "II*\0"),
          new Mark("TIFF", 0, "MM\0*"),
          new Mark("WebP", 8, "WEBPVP8"),
          new Mark("AVIF", 4, "ftypavif"),
          new Mark("AVIF", 4, "ftypavis"),
          new Mark("HEIC", 4, "ftypheic"),
          new Mark("HEIC", 4, "ftypmif1"),
          new Mark("JPEG 2000", 4, "jP  \r\n"),
          new Mark("JPEG XL", 4, "JXL \r\n"));

  private ForeignFormat() {}

  static Optional<String> of(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    return MARKS.stream().filter(mark -> mark.isIn(text)).map(Mark::format).findFirst();
  }

  /**
   * Whether macOS has put a file's attributes there, under the file's name with {@code ._} before
   * it, as it does where a file system or an archive has no place for them.
   */
  static boolean isAppleDouble(byte[] start) {
    return start.length >= Integer.BYTES && ByteBuffer.wrap(start).getInt() == APPLE_DOUBLE;
  }
}
