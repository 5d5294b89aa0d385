package io.imagestore.codec.jpeg;

import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/**
 * What all JPEG codecs do alike, whichever library decodes.
 *
 * <p>Gray files have one channel, all others become RGB: CMYK and YCCK as Pillow converts them.
 * What a file says of its orientation (EXIF) and of its color profile (ICC) is left to the
 * application: pixels come in the order in which they are stored, with the values that are stored.
 *
 * <p>A file without its end (EOI) is refused as cut short. One whose coded data is damaged in
 * between is decoded as well as libjpeg finds its way, and refused only where it finds none.
 */
public abstract class JpegCodec implements ImageCodec {

  /** For subclasses. */
  protected JpegCodec() {}

  @Override
  public final String format() {
    return JpegHeader.FORMAT;
  }

  @Override
  public final boolean recognizes(ByteBuffer file) {
    int at = file.position();
    return file.remaining() >= 3
        && file.get(at) == (byte) 0xFF
        && file.get(at + 1) == (byte) 0xD8
        && file.get(at + 2) == (byte) 0xFF;
  }

  @Override
  public final ImageHeader readHeader(ByteBuffer file) {
    return JpegHeader.read(file);
  }

  @Override
  public final void decode(
      ByteBuffer file, ImageHeader header, DecodeRegion region, ByteBuffer into) {
    JpegHeader jpeg =
        header instanceof JpegHeader known && known.isOf(file) ? known : reread(file, header);
    long bytes = region.shape(jpeg.shape()).byteCount();
    requireRoom(bytes, into);
    if (jpeg.isProgressive() || !endsAsWhole(file)) {
      Scans.check(file);
    }
    int end = into.position() + (int) bytes;
    decode(file, jpeg, region, into);
    into.position(end);
  }

  /** For a caller who knows the shape from elsewhere. */
  private static JpegHeader reread(ByteBuffer file, ImageHeader header) {
    JpegHeader jpeg = JpegHeader.read(file);
    if (!jpeg.shape().equals(header.shape())) {
      throw new IllegalArgumentException(
          "the file is " + jpeg.shape() + ", but the header given is of " + header.shape());
    }
    return jpeg;
  }

  /** Spares nearly all files the walk through their markers. */
  private static boolean endsAsWhole(ByteBuffer file) {
    int end = file.limit();
    return file.get(end - 2) == (byte) 0xFF && file.get(end - 1) == (byte) Markers.EOI;
  }

  private static void requireRoom(long bytes, ByteBuffer into) {
    if (into.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    if (into.remaining() < bytes) {
      throw new BufferOverflowException();
    }
  }

  /**
   * Decodes a region.
   *
   * @param file the whole file, from its position to its limit
   * @param header its header
   * @param region what of it
   * @param into takes the pixels at its position, which may stay or move; writable, and with room
   *     for them
   * @throws DecodeException if the library gave up
   * @throws IllegalArgumentException if it isn't a region that {@link #covering} gives
   */
  protected abstract void decode(
      ByteBuffer file, JpegHeader header, DecodeRegion region, ByteBuffer into);
}
