package io.imagestore.internal.png;

import io.imagestore.codec.DecodeException;

/** The five row filters of section 9, applied and undone. */
final class RowFilter {
  static final int NONE = 0;
  static final int SUB = 1;
  static final int UP = 2;
  static final int AVERAGE = 3;
  static final int PAETH = 4;

  /** Stands for the row above the first. */
  static final int NO_ROW = -1;

  private static final int AVERAGE_OF_FIRST_ROW = 256;

  private RowFilter() {}

  /** Writes the Paeth residuals of a row; {@code prior} is the row above, zeros for the first. */
  static void paeth(byte[] row, byte[] prior, byte[] out, int outAt, int length, int bpp) {
    for (int i = 0; i < Math.min(bpp, length); i++) {
      out[outAt + i] = (byte) (row[i] - prior[i]);
    }
    for (int i = bpp; i < length; i++) {
      int left = row[i - bpp] & 0xff;
      int above = prior[i] & 0xff;
      int corner = prior[i - bpp] & 0xff;
      out[outAt + i] = (byte) (row[i] - predict(left, above, corner));
    }
  }

  /**
   * Restores a row in place.
   *
   * @param filter the row's filter type
   * @param rows holds it, and before it the row above
   * @param at where its {@code length} bytes begin
   * @param prior where the bytes of the row above begin, which is restored already, or {@link
   *     #NO_ROW}
   * @param bpp the distance to the pixel on the left, in bytes
   */
  static void undo(int filter, byte[] rows, int at, int prior, int length, int bpp) {
    switch (prior == NO_ROW ? filterWithoutRowAbove(filter) : filter) {
      case NONE -> {}
      case SUB -> undoSub(rows, at, length, bpp);
      case UP -> undoUp(rows, at, prior, length);
      case AVERAGE -> undoAverage(rows, at, prior, length, bpp);
      case AVERAGE_OF_FIRST_ROW -> undoAverageOfFirstRow(rows, at, length, bpp);
      case PAETH -> undoPaeth(rows, at, prior, length, bpp);
      default ->
          throw new DecodeException("A row has filter type " + filter + "; PNG knows 0 to 4");
    }
  }

  /** Above the first row are zeros, so that Paeth's choice is always the left. */
  private static int filterWithoutRowAbove(int filter) {
    return switch (filter) {
      case UP -> NONE;
      case AVERAGE -> AVERAGE_OF_FIRST_ROW;
      case PAETH -> SUB;
      default -> filter;
    };
  }

  private static void undoSub(byte[] rows, int at, int length, int bpp) {
    for (int i = bpp; i < length; i++) {
      rows[at + i] += rows[at + i - bpp];
    }
  }

  private static void undoUp(byte[] rows, int at, int prior, int length) {
    for (int i = 0; i < length; i++) {
      rows[at + i] += rows[prior + i];
    }
  }

  private static void undoAverage(byte[] rows, int at, int prior, int length, int bpp) {
    for (int i = 0; i < Math.min(bpp, length); i++) {
      rows[at + i] += (byte) ((rows[prior + i] & 0xff) >> 1);
    }
    for (int i = bpp; i < length; i++) {
      rows[at + i] += (byte) (((rows[at + i - bpp] & 0xff) + (rows[prior + i] & 0xff)) >> 1);
    }
  }

  private static void undoAverageOfFirstRow(byte[] rows, int at, int length, int bpp) {
    for (int i = bpp; i < length; i++) {
      rows[at + i] += (byte) ((rows[at + i - bpp] & 0xff) >> 1);
    }
  }

  private static void undoPaeth(byte[] rows, int at, int prior, int length, int bpp) {
    if (bpp == 3) {
      undoPaeth3(rows, at, prior, length);
      return;
    }
    for (int i = 0; i < Math.min(bpp, length); i++) {
      rows[at + i] += rows[prior + i];
    }
    for (int i = bpp; i < length; i++) {
      int left = rows[at + i - bpp] & 0xff;
      int above = rows[prior + i] & 0xff;
      int corner = rows[prior + i - bpp] & 0xff;
      rows[at + i] += (byte) predict(left, above, corner);
    }
  }

  /** The case that matters most, RGB: neighbours stay in registers. */
  private static void undoPaeth3(byte[] rows, int at, int prior, int length) {
    int left0 = 0;
    int left1 = 0;
    int left2 = 0;
    int corner0 = 0;
    int corner1 = 0;
    int corner2 = 0;
    for (int i = 0; i + 2 < length; i += 3) {
      int above0 = rows[prior + i] & 0xff;
      int above1 = rows[prior + i + 1] & 0xff;
      int above2 = rows[prior + i + 2] & 0xff;
      left0 = (rows[at + i] + predict(left0, above0, corner0)) & 0xff;
      left1 = (rows[at + i + 1] + predict(left1, above1, corner1)) & 0xff;
      left2 = (rows[at + i + 2] + predict(left2, above2, corner2)) & 0xff;
      rows[at + i] = (byte) left0;
      rows[at + i + 1] = (byte) left1;
      rows[at + i + 2] = (byte) left2;
      corner0 = above0;
      corner1 = above1;
      corner2 = above2;
    }
  }

  /**
   * The Paeth predictor of section 9.4: the neighbour nearest to left + above - corner. Sorted, the
   * choice comes down to where 3 corner - left - above lies; on noise, where branches are
   * mispredicted all the time, masks are several times faster.
   */
  private static int predict(int left, int above, int corner) {
    int low = Math.min(left, above);
    int high = Math.max(left, above);
    int threshold = 3 * corner - left - above;
    int highBelow = (high - threshold - 1) >> 31;
    int lowAbove = (threshold - low - 1) >> 31;
    int lowOrCorner = corner + ((low - corner) & highBelow);
    return lowOrCorner + ((high - lowOrCorner) & lowAbove);
  }
}
