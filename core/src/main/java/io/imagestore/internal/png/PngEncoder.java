package io.imagestore.internal.png;

import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/**
 * Writes 8-bit gray, gray with alpha, RGB and RGBA images as PNG: every row Paeth-filtered, one
 * IDAT chunk. An encoder is used over and over, by one thread at a time.
 */
public final class PngEncoder {
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
  private byte[] band = new byte[0];
  private byte[] zeros = new byte[0];

  /** Creates an encoder. */
  public PngEncoder() {}

  /**
   * Encodes an image.
   *
   * @param height rows, at least 1
   * @param width pixels a row, at least 1
   * @param channels 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA)
   * @param pixels the pixels, row-major with interleaved channels
   * @return the PNG, in an array of the encoder's own that its next call overwrites
   */
  public ByteBuffer encode(int height, int width, int channels, byte[] pixels) {
    int rowBytes = Math.multiplyExact(width, channels);
    if (pixels.length != (long) height * rowBytes) {
      throw new IllegalArgumentException(
          pixels.length + " bytes for " + height + "×" + width + "×" + channels);
    }
    out.reset(1 << 20);
    out.reserve(64);
    header(height, width, channels);
    int dataStart = out.position();
    out.putInt(0);
    out.putBytes(IDAT, 0, IDAT.length);
    compress(height, rowBytes, channels, pixels);
    out.reserve(32);
    out.setInt(dataStart, out.position() - dataStart - 8);
    seal(dataStart + 4);
    out.putBytes(IEND, 0, IEND.length);
    return ByteBuffer.wrap(out.bytes(), 0, out.position());
  }

  private void header(int height, int width, int channels) {
    out.putBytes(SIGNATURE_AND_IHDR, 0, SIGNATURE_AND_IHDR.length);
    out.putInt(width);
    out.putInt(height);
    out.putByte(8);
    out.putByte(ColorType.ofChannels(channels).code);
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

  private void compress(int height, int rowBytes, int channels, byte[] pixels) {
    int filteredBytes = rowBytes + 1;
    int rowsInBand = Math.max(1, Math.min(height, BAND_BYTES / filteredBytes));
    if (band.length < rowsInBand * filteredBytes || band.length > 4 * BAND_BYTES) {
      band = new byte[rowsInBand * filteredBytes];
    }
    if (zeros.length < rowBytes) {
      zeros = new byte[rowBytes];
    }
    out.putByte(0x78);
    out.putByte(0x01);
    adler.reset();
    for (int first = 0; first < height; first += rowsInBand) {
      int end = Math.min(height, first + rowsInBand);
      for (int row = first; row < end; row++) {
        filter(pixels, row, rowBytes, channels, (row - first) * filteredBytes);
      }
      int length = (end - first) * filteredBytes;
      adler.update(band, 0, length);
      deflate(length, end == height);
    }
    out.align();
    out.putInt((int) adler.getValue());
  }

  private void filter(byte[] pixels, int row, int rowBytes, int channels, int at) {
    int start = row * rowBytes;
    boolean first = row == 0;
    band[at] = RowFilter.PAETH;
    RowFilter.paeth(
        pixels,
        start,
        first ? zeros : pixels,
        first ? 0 : start - rowBytes,
        band,
        at + 1,
        rowBytes,
        channels);
  }

  private void deflate(int length, boolean last) {
    for (int at = 0; at < length; at += RunLengthDeflater.MAX_BLOCK) {
      int part = Math.min(length - at, RunLengthDeflater.MAX_BLOCK);
      out.reserve(part + 64L);
      deflater.block(band, at, part, last && at + part == length, out);
    }
  }
}
