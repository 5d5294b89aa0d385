package io.imagestore.loader;

import java.util.Arrays;

/**
 * Resizes a rectangle of an 8-bit image, bilinear with antialias: each row that is needed is first
 * resized across and rounded to 8 bits, then so many rows at a time are resized down. That is how
 * Pillow does it, and the result is the same to the bit. Only pixels of the rectangle count, as if
 * it had been cropped before; only what the window needs is computed.
 *
 * <p>Rows that were resized across wait in a ring that has as many rows as there are taps, and so
 * are still in the cache when they are needed. Two rows go across at once, one in the lower and one
 * in the upper half of a long: weights aren't negative, so that no carry gets from one to the
 * other. Belongs to one thread; allocates nothing once it has seen the largest image.
 */
final class Resizer {

  private static final int UPPER = 32;
  private static final long ROUNDING_OF_BOTH = (long) Taps.ROUNDING << UPPER | Taps.ROUNDING;

  private final Taps across = new Taps();
  private final Taps down = new Taps();
  private long[] pair = new long[0];
  private int[] ring = new int[0];
  private int[] sums = new int[0];

  // Of the image at hand.
  private byte[] samples = new byte[0];
  private int channels;
  private int stride;
  private int offset;
  private int sourceRows;
  private int sourceLength;
  private int columns;
  private int length;
  private int ringRows;
  private int nextRow;

  /**
   * Resizes what a view wants into an array that has its size. Padding isn't touched.
   *
   * @param raster the pixels
   * @param view what is wanted
   * @param target the result, HWC, from the first element on
   */
  void resize(Raster raster, View view, byte[] target) {
    if (view.endRow() == view.firstRow() || view.endColumn() == view.firstColumn()) {
      return;
    }
    begin(raster, view);
    int firstColumn = view.mirrored ? view.windowWidth - view.endColumn() : view.firstColumn();
    for (int row = view.firstRow(); row < view.endRow(); row++) {
      int targetRow = view.upsideDown ? view.windowHeight - 1 - row : row;
      resizeDown(row - view.firstRow());
      narrow(sums, target, (targetRow * view.windowWidth + firstColumn) * channels, length);
    }
  }

  private void begin(Raster raster, View view) {
    int firstRow = (int) Math.floor(raster.top);
    int firstColumn = (int) Math.floor(raster.left);
    int sourceColumns = (int) Math.ceil(raster.right) - firstColumn;
    sourceRows = (int) Math.ceil(raster.bottom) - firstRow;
    columns = view.endColumn() - view.firstColumn();
    across.compute(
        sourceColumns,
        raster.left - firstColumn,
        raster.right - firstColumn,
        view.scaledWidth,
        view.windowLeft + view.firstColumn(),
        columns,
        view.mirrored);
    down.compute(
        sourceRows,
        raster.top - firstRow,
        raster.bottom - firstRow,
        view.scaledHeight,
        view.windowTop + view.firstRow(),
        view.endRow() - view.firstRow(),
        false);

    samples = raster.samples;
    channels = raster.channels;
    stride = raster.width * channels;
    offset = firstRow * stride + firstColumn * channels;
    sourceLength = sourceColumns * channels;
    length = columns * channels;
    ringRows = down.count() + 1;
    nextRow = down.first()[0];
    pair = Scratch.atLeast(pair, sourceLength);
    ring = Scratch.atLeast(ring, ringRows * length);
    sums = Scratch.atLeast(sums, length);
  }

  private void resizeDown(int row) {
    int first = down.first()[row];
    int taps = down.count();
    while (nextRow < first + taps) {
      resizeTwoAcross();
    }
    Arrays.fill(sums, 0, length, Taps.ROUNDING);
    for (int tap = 0; tap < taps; tap++) {
      int weight = (int) down.weights()[row * taps + tap];
      if (weight != 0) {
        addWeighted(sums, ring, ringOffset(first + tap), length, weight);
      }
    }
  }

  private int ringOffset(int row) {
    return row % ringRows * length;
  }

  /** At the end of the source the last row may go twice. */
  private void resizeTwoAcross() {
    int second = Math.min(nextRow + 1, sourceRows - 1);
    load(samples, offset + nextRow * stride, offset + second * stride, pair, sourceLength);
    if (channels == 3) {
      resizeAcross3(ringOffset(nextRow), ringOffset(second));
    } else {
      resizeAcross(ringOffset(nextRow), ringOffset(second));
    }
    nextRow += 2;
  }

  private void resizeAcross(int lowerTarget, int upperTarget) {
    long[] pair = this.pair;
    int[] ring = this.ring;
    long[] weights = across.weights();
    int taps = across.count();
    for (int column = 0; column < columns; column++) {
      for (int channel = 0; channel < channels; channel++) {
        int from = across.first()[column] * channels + channel;
        int weight = column * taps;
        long sum = ROUNDING_OF_BOTH;
        for (int end = weight + taps; weight < end; weight++, from += channels) {
          sum += pair[from] * weights[weight];
        }
        ring[lowerTarget++] = (int) sum >>> Taps.PRECISION_BITS;
        ring[upperTarget++] = (int) (sum >>> (UPPER + Taps.PRECISION_BITS));
      }
    }
  }

  /** The same for three channels, which is what there is as a rule, in half the time. */
  private void resizeAcross3(int lowerTarget, int upperTarget) {
    long[] pair = this.pair;
    int[] ring = this.ring;
    int[] first = across.first();
    long[] weights = across.weights();
    int taps = across.count();
    int tap = 0;
    for (int column = 0; column < columns; column++) {
      int from = first[column] * 3;
      long red = ROUNDING_OF_BOTH;
      long green = ROUNDING_OF_BOTH;
      long blue = ROUNDING_OF_BOTH;
      for (int end = tap + taps; tap < end; tap++, from += 3) {
        long weight = weights[tap];
        red += pair[from] * weight;
        green += pair[from + 1] * weight;
        blue += pair[from + 2] * weight;
      }
      ring[lowerTarget] = (int) red >>> Taps.PRECISION_BITS;
      ring[lowerTarget + 1] = (int) green >>> Taps.PRECISION_BITS;
      ring[lowerTarget + 2] = (int) blue >>> Taps.PRECISION_BITS;
      ring[upperTarget] = (int) (red >>> (UPPER + Taps.PRECISION_BITS));
      ring[upperTarget + 1] = (int) (green >>> (UPPER + Taps.PRECISION_BITS));
      ring[upperTarget + 2] = (int) (blue >>> (UPPER + Taps.PRECISION_BITS));
      lowerTarget += 3;
      upperTarget += 3;
    }
  }

  // Loops that the compiler turns into vector instructions, each in a method of its own for that.

  private static void load(byte[] samples, int lower, int upper, long[] pair, int length) {
    for (int i = 0; i < length; i++) {
      pair[i] = (samples[lower + i] & 0xff) | (samples[upper + i] & 0xffL) << UPPER;
    }
  }

  private static void addWeighted(int[] sums, int[] ring, int offset, int length, int weight) {
    for (int i = 0; i < length; i++) {
      sums[i] += ring[offset + i] * weight;
    }
  }

  private static void narrow(int[] sums, byte[] target, int offset, int length) {
    for (int i = 0; i < length; i++) {
      target[offset + i] = (byte) (sums[i] >>> Taps.PRECISION_BITS);
    }
  }
}
