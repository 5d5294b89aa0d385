package io.imagestore.turbojpeg;

import com.kenai.jffi.MemoryIO;
import io.imagestore.ImageStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.jpeg.JpegColors;
import io.imagestore.codec.jpeg.JpegHeader;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One of libjpeg-turbo's decompressors, for one file: it would decode a file that lacks its tables
 * with those of the file before. Making one takes less than a microsecond.
 */
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
  private final Workspace workspace;

  Decompressor(TurboJpegLibrary library, Workspace workspace) {
    this.library = library;
    this.workspace = workspace;
    handle = library.init();
    if (handle == 0) {
      throw new ImageStoreException("libjpeg-turbo has no memory for a decompressor");
    }
  }

  /**
   * Decodes a region of a file.
   *
   * @throws DecodeException if libjpeg finds no way
   */
  void decompress(ByteBuffer file, JpegHeader header, DecodeRegion region, ByteBuffer into) {
    try {
      DecodeRegion whole = DecodeRegion.whole(header.shape(), region.scale());
      int rows = region.y() + region.height();
      boolean isShort = rows < whole.height() && !header.isProgressive();
      ByteBuffer source = isShort ? shortened(file, header, rows * region.scale()) : direct(file);
      DecodeRegion all =
          isShort ? new DecodeRegion(region.scale(), 0, 0, whole.width(), rows) : whole;
      boolean isPart = library.canCrop() && !region.equals(all) && select(region, source);
      DecodeRegion decoded = isPart ? region : all;
      PixelFormat format = PixelFormat.of(header.colors());
      boolean isInPlace = into.isDirect() && format != PixelFormat.CMYK && decoded.equals(region);
      ByteBuffer target =
          isInPlace
              ? into
              : workspace.samples().take(decoded.width() * decoded.height() * format.bytes());
      decode(source, decoded, isPart, format, target);
      if (!isInPlace) {
        putRows(target, decoded, region, format, into);
      }
    } finally {
      Reference.reachabilityFence(file); // native code knows their memory alone
      Reference.reachabilityFence(into);
    }
  }

  private ByteBuffer direct(ByteBuffer file) {
    return file.isDirect() ? file : workspace.files().copyOf(file);
  }

  /**
   * A copy that says it has fewer rows: coded data goes from top to bottom, and libjpeg takes what
   * is left of it for something that it passes over.
   */
  private ByteBuffer shortened(ByteBuffer file, JpegHeader header, int rows) {
    return workspace.files().copyOf(file).putShort(header.heightOffset(), (short) rows);
  }

  /** Has the next decoding give a region alone; false if this file's sampling doesn't allow it. */
  private boolean select(DecodeRegion region, ByteBuffer file) {
    check(library.readHeader(handle, addressOf(file), file.remaining()));
    return library.setScale(handle, region.scale()) == 0
        && library.setRegion(handle, region.x(), region.y(), region.width(), region.height()) == 0;
  }

  private void decode(
      ByteBuffer file, DecodeRegion region, boolean isPart, PixelFormat format, ByteBuffer into) {
    long from = addressOf(file);
    long to = addressOf(into);
    int length = file.remaining();
    int result =
        isPart
            ? library.decompressRegion(handle, from, length, to, region.width(), format)
            : library.decompress(handle, from, length, to, region.width(), region.height(), format);
    check(result);
  }

  private void check(int result) {
    if (result != 0) {
      String message = library.error(handle);
      if (!isWarning(message)) {
        throw new DecodeException("libjpeg-turbo can't decode it: " + message);
      }
    }
  }

  private static boolean isWarning(String message) {
    for (String warning : WARNINGS) {
      if (message.startsWith(warning)) {
        return true;
      }
    }
    return false;
  }

  private long addressOf(ByteBuffer direct) {
    return memory.getDirectBufferAddress(direct) + direct.position();
  }

  /** Copies the rows of a region out of what was decoded, which may be more. */
  private void putRows(
      ByteBuffer from,
      DecodeRegion decoded,
      DecodeRegion region,
      PixelFormat format,
      ByteBuffer into) {
    int left = region.equals(decoded) ? 0 : region.x();
    int top = region.equals(decoded) ? 0 : region.y();
    int rowBytes = region.width() * format.bytes();
    byte[] row = workspace.row(rowBytes);
    for (int y = 0; y < region.height(); y++) {
      from.get(((top + y) * decoded.width() + left) * format.bytes(), row, 0, rowBytes);
      if (format == PixelFormat.CMYK) {
        JpegColors.cmykToRgb(row, region.width());
      }
      into.put(row, 0, region.width() * Math.min(3, format.bytes()));
    }
  }

  @Override
  public void close() {
    library.destroy(handle);
  }
}
