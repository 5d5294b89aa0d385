package io.imagestore.internal.png;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads PNG as 8-bit samples, row-major with interleaved channels. Gray of 1, 2 or 4 bits is scaled
 * to 8; a palette becomes RGB; a tRNS chunk becomes an alpha channel; interlaced images are put in
 * order. Images of 16 bits a sample are refused, as 8 would lose half of each. Gamma and colour
 * profiles are left alone.
 *
 * <p>A decoder holds native memory until {@link #close}; it is used over and over, by one thread at
 * a time: {@link #start} an image, ask for its size, then {@link #finish}.
 */
public final class PngDecoder implements AutoCloseable {
  private static final int BAND_BYTES = 1 << 16;

  /** DEFLATE can't blow up its input by more than this: 258 bytes for two bits. */
  private static final long MAX_INFLATION = 1032;

  private final long maxPixels;
  private final Inflater inflater = new Inflater();
  private final CRC32 crc = new CRC32();
  private byte[] band = new byte[0];
  private byte[] zeros = new byte[0];

  private ByteBuffer png = ByteBuffer.allocate(0);
  private PngChunks chunks;
  private PngHeader header;
  private int channels;
  private int nextData;

  /**
   * Creates a decoder.
   *
   * @param maxPixels the largest area that is accepted, in pixels
   */
  @SuppressWarnings("NullAway.Init") // set by start, which comes first
  public PngDecoder(long maxPixels) {
    this.maxPixels = maxPixels;
  }

  /**
   * Begins with an image: checks all of its chunks, but inflates nothing and takes no memory for
   * pixels.
   *
   * @param datastream the PNG, in an accessible array, unchanged until {@link #finish} is done
   * @throws UnsupportedPngException for 16 bits a sample, an area over the limit, or an unknown
   *     critical chunk
   * @throws PngException if this is no PNG, or a truncated or damaged one
   */
  public void start(ByteBuffer datastream) throws PngException {
    png = datastream;
    chunks = new PngChunks(datastream, crc);
    header = chunks.header();
    if (header.bitDepth() == 16) {
      throw new UnsupportedPngException(
          "16 bits a sample; 8 are kept here, and half of each sample would be lost: convert the"
              + " image first");
    }
    channels =
        (header.colorType() == ColorType.PALETTE ? 3 : header.colorType().samples)
            + (chunks.transparent() ? 1 : 0);
    if (header.pixels() > maxPixels || header.pixels() * channels > Integer.MAX_VALUE - 8) {
      throw new UnsupportedPngException(
          header.width()
              + "×"
              + header.height()
              + " pixels; the limit is "
              + maxPixels
              + " in all");
    }
    if (header.inflatedBytes() > (chunks.dataBytes() + 1) * MAX_INFLATION) {
      throw new PngException(
          chunks.dataBytes()
              + " bytes of data can't hold "
              + header.width()
              + "×"
              + header.height()
              + " pixels");
    }
  }

  /**
   * Returns the height of the image begun with.
   *
   * @return rows
   */
  public int height() {
    return header.height();
  }

  /**
   * Returns the width of the image begun with.
   *
   * @return pixels a row
   */
  public int width() {
    return header.width();
  }

  /**
   * Returns the channels that the image begun with is read as.
   *
   * @return 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 (RGBA)
   */
  public int channels() {
    return channels;
  }

  /**
   * Reads the pixels of the image begun with.
   *
   * @param pixels where height × width × channels bytes go, from index 0
   * @throws PngException if the compressed data is damaged, too short or too long
   */
  public void finish(byte[] pixels) throws PngException {
    inflater.reset();
    nextData = 0;
    boolean plain =
        header.bitDepth() == 8
            && header.colorType() != ColorType.PALETTE
            && !header.interlaced()
            && !chunks.transparent();
    RowSink rows = plain ? new PlainRows(pixels) : new UnpackedRows(pixels);
    for (Pass pass : header.passes()) {
      readPass(pass, rows);
    }
    requireEnd();
  }

  @Override
  public void close() {
    inflater.end();
  }

  private void readPass(Pass pass, RowSink rows) throws PngException {
    int width = pass.width(header.width());
    int height = pass.height(header.height());
    if (width == 0 || height == 0) {
      return;
    }
    int rowBytes = Math.toIntExact(header.rowBytes(width));
    rows.begin(pass, width, rowBytes);
    int rowsInBand = Math.max(1, Math.min(height, BAND_BYTES / (rowBytes + 1)));
    ensureBuffers(rowsInBand * (rowBytes + 1), rowBytes);
    for (int first = 0; first < height; first += rowsInBand) {
      int count = Math.min(rowsInBand, height - first);
      inflate(count * (rowBytes + 1));
      for (int i = 0; i < count; i++) {
        rows.take(first + i, i * (rowBytes + 1));
      }
    }
  }

  private void ensureBuffers(int bandBytes, int rowBytes) {
    // The one byte more is for requireEnd.
    if (band.length <= bandBytes || band.length > 4 * BAND_BYTES) {
      band = new byte[bandBytes + 1];
    }
    if (zeros.length < rowBytes || zeros.length > 4 * BAND_BYTES) {
      zeros = new byte[rowBytes];
    }
  }

  /** Fills the band from its start. */
  private void inflate(int length) throws PngException {
    int filled = 0;
    while (filled < length) {
      filled += inflateSome(filled, length - filled);
      if (filled < length && inflater.finished()) {
        throw new PngException(
            "The compressed data ends after " + inflater.getBytesWritten() + " bytes, too early");
      }
    }
  }

  /** Nothing may follow the last row: neither pixels nor bytes after the compressed stream. */
  private void requireEnd() throws PngException {
    while (!inflater.finished()) {
      if (inflateSome(0, 1) > 0) {
        throw new PngException("More compressed data than the image has pixels");
      }
    }
    long unused = inflater.getRemaining();
    for (; nextData < chunks.dataCount(); nextData++) {
      unused += chunks.dataLength(nextData);
    }
    if (unused > 0) {
      throw new PngException(unused + " bytes of garbage after the compressed data");
    }
  }

  private int inflateSome(int at, int length) throws PngException {
    if (inflater.needsInput()) {
      if (nextData == chunks.dataCount()) {
        throw new PngException(
            "The compressed data is cut off after " + inflater.getBytesRead() + " bytes");
      }
      inflater.setInput(
          png.array(),
          png.arrayOffset() + chunks.dataOffset(nextData),
          chunks.dataLength(nextData));
      nextData++;
    }
    try {
      int count = inflater.inflate(band, at, length);
      if (inflater.needsDictionary()) {
        throw new PngException("The compressed data wants a preset dictionary");
      }
      return count;
    } catch (DataFormatException e) {
      throw new PngException("The compressed data is damaged: " + e.getMessage(), e);
    }
  }

  /** Takes the rows of a pass as they come, still filtered, from the band. */
  private interface RowSink {
    void begin(Pass pass, int width, int rowBytes);

    void take(int row, int at) throws PngException;
  }

  /** Rows that are pixels as soon as their filter is undone. */
  private final class PlainRows implements RowSink {
    private final byte[] pixels;
    private final int distance = header.filterDistance();
    private int rowBytes;

    PlainRows(byte[] pixels) {
      this.pixels = pixels;
    }

    @Override
    public void begin(Pass pass, int width, int rowBytes) {
      this.rowBytes = rowBytes;
    }

    @Override
    public void take(int row, int at) throws PngException {
      int start = row * rowBytes;
      boolean first = row == 0;
      RowFilter.undo(
          band[at],
          band,
          at + 1,
          first ? zeros : pixels,
          first ? 0 : start - rowBytes,
          pixels,
          start,
          rowBytes,
          distance);
    }
  }

  /** Rows whose samples are to be scaled, looked up or moved to where they belong. */
  private final class UnpackedRows implements RowSink {
    private final byte[] pixels;
    private final int distance = header.filterDistance();
    private final PixelUnpacker unpacker = PixelUnpacker.of(chunks);
    private Pass pass = Pass.WHOLE[0];
    private int width;
    private int rowBytes;
    private byte[] prior = new byte[0];
    private byte[] current = new byte[0];

    UnpackedRows(byte[] pixels) {
      this.pixels = pixels;
    }

    @Override
    public void begin(Pass pass, int width, int rowBytes) {
      this.pass = pass;
      this.width = width;
      this.rowBytes = rowBytes;
      prior = new byte[rowBytes];
      current = new byte[rowBytes];
    }

    @Override
    public void take(int row, int at) throws PngException {
      RowFilter.undo(band[at], band, at + 1, prior, 0, current, 0, rowBytes, distance);
      int y = pass.y() + row * pass.stepY();
      int start = (y * header.width() + pass.x()) * channels;
      for (int x = 0; x < width; x++) {
        unpacker.unpack(current, x, pixels, start + x * pass.stepX() * channels);
      }
      byte[] swap = prior;
      prior = current;
      current = swap;
    }
  }
}
