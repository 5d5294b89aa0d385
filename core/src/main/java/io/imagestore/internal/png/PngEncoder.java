package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.spi.Pool;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * Writes gray, gray with alpha, RGB and RGBA images of 8 or 16 bits a sample as PNG: every row
 * Paeth-filtered, one IDAT chunk. An encoder is used over and over, by one thread at a time.
 */
final class PngEncoder implements Pool.Item {
  private static final byte[] SIGNATURE_AND_IHDR = {
    (byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'
  };
  private static final byte[] IDAT = {'I', 'D', 'A', 'T'};
  private static final byte[] IEND = {
    0, 0, 0, 0, 'I', 'E', 'N', 'D', (byte) 0xae, 0x42, 0x60, (byte) 0x82
  };

  /** Rows are filtered and compressed by bands of about this size. */
  private static final int BAND_BYTES = RunLengthDeflater.MAX_BLOCK;

  private final BitSink out = new BitSink();
  private final RunLengthDeflater deflater = new RunLengthDeflater();
  private final Adler32 adler = new Adler32();
  private final CRC32 crc = new CRC32();

  /** Rows behind their filter types, filtered. */
  private byte[] band = new byte[0];

  private byte[] row = new byte[0];
  private byte[] prior = new byte[0];

  /** Creates an encoder. */
  public PngEncoder() {}

  /**
   * Whether PNG can hold an image.
   *
   * @param shape any shape
   * @return true for 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA) channels of integers
   */
  public static boolean encodes(ImageShape shape) {
    return shape.channels() <= ColorType.RGBA.channels && shape.sampleType() != SampleType.FLOAT32;
  }

  /**
   * Encodes an image.
   *
   * @param shape one that {@link #encodes} accepts
   * @param pixels the samples, HWC, from its position on, which stays; 16-bit ones little-endian
   * @return the PNG, in an array of the encoder's own that its next call overwrites
   * @throws io.imagestore.UnsupportedImageException if it would take 2 GiB or more
   * @throws IllegalArgumentException if the shape is none of these, or too few bytes remain
   */
  public ByteBuffer encode(ImageShape shape, ByteBuffer pixels) {
    if (!encodes(shape)) {
      throw new IllegalArgumentException("PNG holds 1 to 4 channels of integers, not " + shape);
    }
    if (pixels.remaining() < shape.byteCount()) {
      throw new IllegalArgumentException(pixels.remaining() + " bytes for " + shape);
    }
    out.reset(1 << 20);
    out.reserve(64);
    header(shape);
    int dataStart = out.position();
    out.putInt(0);
    out.putBytes(IDAT, 0, IDAT.length);
    compress(shape, pixels.duplicate());
    out.reserve(32);
    out.setInt(dataStart, out.position() - dataStart - 8);
    seal(dataStart + 4);
    out.putBytes(IEND, 0, IEND.length);
    return ByteBuffer.wrap(out.bytes(), 0, out.position());
  }

  @Override
  public long heldBytes() {
    return (long) out.bytes().length + band.length + row.length + prior.length;
  }

  @Override
  public void close() {
    // Holds memory of the heap alone.
  }

  private void header(ImageShape shape) {
    out.putBytes(SIGNATURE_AND_IHDR, 0, SIGNATURE_AND_IHDR.length);
    out.putInt(shape.width());
    out.putInt(shape.height());
    out.putByte(8 * shape.sampleType().bytes());
    out.putByte(ColorType.ofChannels(shape.channels()).code);
    out.putByte(0);
    out.putByte(0);
    out.putByte(0);
    seal(12);
  }

  /** Ends a chunk with the CRC of its type and data. */
  private void seal(int from) {
    crc.reset();
    crc.update(out.bytes(), from, out.position() - from);
    out.putInt((int) crc.getValue());
  }

  private void compress(ImageShape shape, ByteBuffer pixels) {
    int pixelBytes = shape.channels() * shape.sampleType().bytes();
    int rowBytes = shape.width() * pixelBytes;
    int stride = rowBytes + 1;
    int rowsInBand = Math.max(1, Math.min(shape.height(), BAND_BYTES / stride));
    if (band.length < rowsInBand * stride) {
      band = new byte[rowsInBand * stride];
    }
    if (row.length < rowBytes) {
      row = new byte[rowBytes];
      prior = new byte[rowBytes];
    }
    Arrays.fill(row, 0, rowBytes, (byte) 0); // what lies above the first
    out.putByte(0x78);
    out.putByte(0x01);
    adler.reset();
    for (int first = 0; first < shape.height(); first += rowsInBand) {
      int end = Math.min(shape.height(), first + rowsInBand);
      for (int y = first; y < end; y++) {
        nextRow(pixels, rowBytes, shape.sampleType());
        int at = (y - first) * stride;
        band[at] = RowFilter.PAETH;
        RowFilter.paeth(row, prior, band, at + 1, rowBytes, pixelBytes);
      }
      int length = (end - first) * stride;
      adler.update(band, 0, length);
      deflate(length, end == shape.height());
    }
    out.align();
    out.putInt((int) adler.getValue());
  }

  private void nextRow(ByteBuffer pixels, int rowBytes, SampleType type) {
    byte[] done = prior;
    prior = row;
    row = done;
    pixels.get(row, 0, rowBytes);
    if (type == SampleType.UINT16) {
      toBigEndian(rowBytes);
    }
  }

  private void toBigEndian(int rowBytes) {
    for (int i = 0; i < rowBytes; i += 2) {
      byte low = row[i];
      row[i] = row[i + 1];
      row[i + 1] = low;
    }
  }

  private void deflate(int length, boolean last) {
    for (int at = 0; at < length; at += RunLengthDeflater.MAX_BLOCK) {
      int part = Math.min(length - at, RunLengthDeflater.MAX_BLOCK);
      out.reserve(part + 64L);
      deflater.block(band, at, part, last && at + part == length, out);
    }
  }
}
