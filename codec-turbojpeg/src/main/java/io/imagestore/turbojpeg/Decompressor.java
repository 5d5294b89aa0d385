package io.imagestore.turbojpeg;

import com.kenai.jffi.MemoryIO;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.internal.jpeg.JpegHeader;
import io.imagestore.internal.jpeg.ToRgb;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/** One of libjpeg-turbo's decompressors with its memory. Used by one thread at a time. */
final class Decompressor implements AutoCloseable {

  /**
   * How messages begin that tell of a guess, after which libjpeg goes on. Its code of the error
   * doesn't tell: it says "warning" of whatever ends a decoding that had a warning before.
   */
  private static final List<String> WARNINGS =
      List.of(
          "Corrupt JPEG data",
          "Premature end of JPEG file",
          "Inconsistent progression sequence",
          "Invalid SOS parameters for sequential JPEG",
          "Unknown Adobe color transform code",
          "Warning: unknown JFIF revision");

  private final MemoryIO memory = MemoryIO.getInstance();
  private final TurboJpegLibrary library;
  private final long handle;
  private final Scratch files = new Scratch();
  private final Scratch samples = new Scratch();

  Decompressor(TurboJpegLibrary library) {
    this.library = library;
    handle = library.init();
    if (handle == 0) {
      throw new OutOfMemoryError("libjpeg-turbo has no memory for a decompressor");
    }
  }

  /**
   * Decodes a region of a file.
   *
   * @return false if libjpeg had to guess
   */
  boolean decompress(ByteBuffer file, JpegHeader header, DecodeRegion region, ByteBuffer into) {
    try {
      ByteBuffer source = file.isDirect() ? file : files.copyOf(file);
      DecodeRegion whole = DecodeRegion.whole(header.shape(), region.scale());
      boolean isPart = !region.equals(whole) && select(region, source);
      DecodeRegion decoded = isPart ? region : whole;
      PixelFormat format = PixelFormat.of(header.colors());
      boolean isInPlace = into.isDirect() && format != PixelFormat.CMYK && decoded.equals(region);
      ByteBuffer target =
          isInPlace ? into : samples.take(decoded.width() * decoded.height() * format.bytes());
      boolean isSound = decode(source, decoded, isPart, format, target);
      if (!isInPlace) {
        putRows(target, decoded, region, format, into);
      }
      return isSound;
    } finally {
      Reference.reachabilityFence(file); // native code knows their memory alone
      Reference.reachabilityFence(into);
    }
  }

  /** Has the next decoding give a region alone; false if this file's sampling doesn't allow it. */
  private boolean select(DecodeRegion region, ByteBuffer file) {
    isSound(library.readHeader(handle, addressOf(file), file.remaining()));
    return library.setScale(handle, region.scale()) == 0
        && library.setRegion(handle, region.x(), region.y(), region.width(), region.height()) == 0;
  }

  private boolean decode(
      ByteBuffer file, DecodeRegion region, boolean isPart, PixelFormat format, ByteBuffer into) {
    long from = addressOf(file);
    long to = addressOf(into);
    int length = file.remaining();
    int result =
        isPart
            ? library.decompressRegion(handle, from, length, to, region.width(), format)
            : library.decompress(handle, from, length, to, region.width(), region.height(), format);
    return isSound(result);
  }

  private boolean isSound(int result) {
    if (result == 0) {
      return true;
    }
    String message = library.error(handle);
    if (WARNINGS.stream().noneMatch(message::startsWith)) {
      throw new DecodeException("libjpeg-turbo can't decode it: " + message);
    }
    return false;
  }

  private long addressOf(ByteBuffer direct) {
    return memory.getDirectBufferAddress(direct) + direct.position();
  }

  /** Copies the rows of a region out of what was decoded, which may be more. */
  private static void putRows(
      ByteBuffer from,
      DecodeRegion decoded,
      DecodeRegion region,
      PixelFormat format,
      ByteBuffer into) {
    int left = region.equals(decoded) ? 0 : region.x();
    int top = region.equals(decoded) ? 0 : region.y();
    byte[] row = new byte[region.width() * format.bytes()];
    for (int y = 0; y < region.height(); y++) {
      from.get(((top + y) * decoded.width() + left) * format.bytes(), row);
      if (format == PixelFormat.CMYK) {
        ToRgb.fromCmyk(row, region.width());
      }
      into.put(row, 0, row.length / format.bytes() * Math.min(3, format.bytes()));
    }
  }

  /** Keeps no more memory than the next decoding is likely to need. */
  void trim() {
    files.trim();
    samples.trim();
  }

  @Override
  public void close() {
    library.destroy(handle);
  }
}
