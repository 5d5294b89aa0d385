package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.spi.Pool;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates the pixels of PNG files, undoes their filters, and puts them where they belong. Holds
 * native memory until {@link #close}; is used over and over, by one thread at a time.
 */
final class PngDecoder implements Pool.Item {
  private static final int BAND_BYTES = 1 << 16;

  private final Inflater inflater = new Inflater();

  /** Some rows of a pass, each behind its filter type, and before them the row above. */
  private byte[] band = new byte[0];

  /** The samples of some pixels of a row. */
  private byte[] samples = new byte[0];

  /** Creates a decoder. */
  public PngDecoder() {}

  /**
   * Decodes a whole image.
   *
   * @param file the image, from its position to its limit
   * @param png its chunks
   * @param into takes the shape's bytes at its position, which moves behind them
   * @throws DecodeException if the compressed data is damaged, too short or too long
   * @throws BufferOverflowException if fewer bytes remain; nothing is written
   */
  void decode(ByteBuffer file, PngChunks png, ByteBuffer into) {
    decode(file, png, DecodeRegion.whole(png.shape(), 1), into);
  }

  /**
   * Decodes a part of an image. If the last row isn't in it, the end of the compressed data isn't
   * looked at.
   *
   * @param file the image, from its position to its limit
   * @param png its chunks
   * @param region lies in the image and has scale 1
   * @param into takes the region's bytes at its position, which moves behind them
   * @throws DecodeException if the compressed data is damaged, too short or too long
   * @throws BufferOverflowException if fewer bytes remain; nothing is written
   */
  void decode(ByteBuffer file, PngChunks png, DecodeRegion region, ByteBuffer into) {
    long bytes = region.shape(png.shape()).byteCount();
    if (bytes > into.remaining()) {
      throw new BufferOverflowException();
    }
    try {
      new Run(file, png, region, into).decode();
    } finally {
      inflater.reset(); // which lets go of the file
    }
    into.position(into.position() + (int) bytes);
  }

  @Override
  public long heldBytes() {
    return (long) band.length + samples.length;
  }

  @Override
  public void close() {
    inflater.end();
  }

  private static byte[] atLeast(int length, byte[] array) {
    return array.length < length ? new byte[length] : array;
  }

  /** One image. */
  private final class Run {
    /** A view of the file, moved from one chunk of compressed data to the next. */
    private final ByteBuffer file;

    private final PngChunks png;
    private final PngHeader header;
    private final RowUnpacker unpacker;
    private final DecodeRegion region;
    private final ByteBuffer out;

    /** Where in the buffer the pixels begin. */
    private final int origin;

    private final int pixelBytes;

    /** The compressed data's chunk that comes next. */
    private int nextData;

    Run(ByteBuffer file, PngChunks png, DecodeRegion region, ByteBuffer out) {
      this.file = file.slice();
      this.png = png;
      this.region = region;
      this.out = out;
      origin = out.position();
      header = png.header();
      unpacker = RowUnpacker.of(png);
      ImageShape shape = png.shape();
      pixelBytes = shape.channels() * shape.sampleType().bytes();
      nextData = png.dataStart();
    }

    void decode() {
      samples = atLeast(region.width() * pixelBytes, samples);
      int bottom = region.y() + region.height();
      Pass[] passes = header.passes();
      for (int i = 0; i < passes.length; i++) {
        boolean last = i == passes.length - 1;
        readPass(passes[i], passes[i].height(last ? bottom : header.height()));
      }
      if (bottom == header.height()) {
        requireEnd();
      }
    }

    /** Reads the first {@code height} rows of a pass. */
    private void readPass(Pass pass, int height) {
      int width = pass.width(header.width());
      if (width == 0 || height == 0) {
        return;
      }
      int stride = 1 + Math.toIntExact(header.rowBytes(width));
      int slots = Math.min(height, Math.max(2, BAND_BYTES / stride));
      band = atLeast(slots * stride, band);
      int distance = header.filterDistance();
      int row = 0;
      while (row < height) {
        int first = 0;
        if (row > 0) {
          System.arraycopy(band, (slots - 1) * stride, band, 0, stride);
          first = 1;
        }
        int end = first + Math.min(height - row, slots - first);
        inflate(first * stride, end * stride);
        for (int slot = first; slot < end; slot++, row++) {
          int at = slot * stride + 1;
          int prior = row == 0 ? RowFilter.NO_ROW : at - stride;
          RowFilter.undo(band[at - 1] & 0xff, band, at, prior, stride - 1, distance);
          take(pass, row, at);
        }
      }
    }

    /** Fills a part of the band. */
    private void inflate(int from, int to) {
      int filled = from;
      while (filled < to) {
        filled += inflateSome(filled, to - filled);
        if (filled < to && inflater.finished()) {
          throw new DecodeException(
              "The compressed data ends after " + inflater.getBytesWritten() + " bytes, too early");
        }
      }
    }

    /** Nothing may follow the last row: neither pixels nor bytes after the compressed stream. */
    private void requireEnd() {
      while (!inflater.finished()) {
        if (inflateSome(0, 1) > 0) {
          throw new DecodeException("More compressed data than the image has pixels");
        }
      }
      long unused = png.dataBytes() - inflater.getBytesRead();
      if (unused > 0) {
        throw new DecodeException(unused + " bytes of garbage after the compressed data");
      }
    }

    private int inflateSome(int at, int length) {
      if (inflater.needsInput()) {
        if (nextData == png.dataEnd()) {
          throw new DecodeException(
              "The compressed data is cut off after " + inflater.getBytesRead() + " bytes");
        }
        inflater.setInput(PngChunks.showData(file, nextData));
        nextData = PngChunks.end(file);
      }
      try {
        int count = inflater.inflate(band, at, length);
        if (inflater.needsDictionary()) {
          throw new DecodeException("The compressed data wants a preset dictionary");
        }
        return count;
      } catch (DataFormatException e) {
        throw new DecodeException("The compressed data is damaged: " + e.getMessage(), e);
      }
    }

    /** Takes a row of a pass, unfiltered, from the band. */
    void take(Pass pass, int row, int at) {
      int y = pass.y() + row * pass.stepY() - region.y();
      int from = pass.width(region.x());
      int to = pass.width(region.x() + region.width());
      if (y < 0 || y >= region.height() || from == to) {
        return;
      }
      unpacker.unpack(band, at, from, to, samples);
      int x = pass.x() + from * pass.stepX() - region.x();
      int start = origin + (y * region.width() + x) * pixelBytes;
      if (pass.stepX() == 1) {
        out.put(start, samples, 0, (to - from) * pixelBytes);
      } else {
        scatter(start, pass.stepX() * pixelBytes, to - from);
      }
    }

    private void scatter(int start, int step, int count) {
      for (int pixel = 0; pixel < count; pixel++) {
        out.put(start + pixel * step, samples, pixel * pixelBytes, pixelBytes);
      }
    }
  }
}
