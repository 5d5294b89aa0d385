package io.imagestore.internal.png;

/** The five row filters of section 9, applied and undone. */
final class RowFilter {
  static final int NONE = 0;
  static final int SUB = 1;
  static final int UP = 2;
  static final int AVERAGE = 3;
  static final int PAETH = 4;

  private RowFilter() {}

  /**
   * Writes the Paeth residuals of a row; {@code prior} is the row above, all zeros for the first.
   */
  static void paeth(
      byte[] row, int at, byte[] prior, int priorAt, byte[] out, int outAt, int length, int bpp) {
    int lead = Math.min(bpp, length);
    for (int i = 0; i < lead; i++) {
      out[outAt + i] = (byte) (row[at + i] - prior[priorAt + i]);
    }
    for (int i = bpp; i < length; i++) {
      int left = row[at + i - bpp] & 0xff;
      int above = prior[priorAt + i] & 0xff;
      int corner = prior[priorAt + i - bpp] & 0xff;
      out[outAt + i] = (byte) (row[at + i] - predict(left, above, corner));
    }
  }

  /** Restores a row of {@code length} bytes from its filtered form. */
  static void undo(
      int filter,
      byte[] in,
      int inAt,
      byte[] prior,
      int priorAt,
      byte[] row,
      int at,
      int length,
      int bpp)
      throws PngException {
    switch (filter) {
      case NONE -> System.arraycopy(in, inAt, row, at, length);
      case SUB -> undoSub(in, inAt, row, at, length, bpp);
      case UP -> undoUp(in, inAt, prior, priorAt, row, at, length);
      case AVERAGE -> undoAverage(in, inAt, prior, priorAt, row, at, length, bpp);
      case PAETH -> undoPaeth(in, inAt, prior, priorAt, row, at, length, bpp);
      default -> throw new PngException("A row has filter type " + filter + "; PNG knows 0 to 4");
    }
  }

  private static void undoSub(byte[] in, int inAt, byte[] row, int at, int length, int bpp) {
    System.arraycopy(in, inAt, row, at, Math.min(bpp, length));
    for (int i = bpp; i < length; i++) {
      row[at + i] = (byte) (in[inAt + i] + row[at + i - bpp]);
    }
  }

  private static void undoUp(
      byte[] in, int inAt, byte[] prior, int priorAt, byte[] row, int at, int length) {
    for (int i = 0; i < length; i++) {
      row[at + i] = (byte) (in[inAt + i] + prior[priorAt + i]);
    }
  }

  private static void undoAverage(
      byte[] in, int inAt, byte[] prior, int priorAt, byte[] row, int at, int length, int bpp) {
    int lead = Math.min(bpp, length);
    for (int i = 0; i < lead; i++) {
      row[at + i] = (byte) (in[inAt + i] + ((prior[priorAt + i] & 0xff) >> 1));
    }
    for (int i = bpp; i < length; i++) {
      int mean = ((row[at + i - bpp] & 0xff) + (prior[priorAt + i] & 0xff)) >> 1;
      row[at + i] = (byte) (in[inAt + i] + mean);
    }
  }

  private static void undoPaeth(
      byte[] in, int inAt, byte[] prior, int priorAt, byte[] row, int at, int length, int bpp) {
    if (bpp == 3) {
      undoPaeth3(in, inAt, prior, priorAt, row, at, length);
      return;
    }
    int lead = Math.min(bpp, length);
    for (int i = 0; i < lead; i++) {
      row[at + i] = (byte) (in[inAt + i] + prior[priorAt + i]);
    }
    for (int i = bpp; i < length; i++) {
      int left = row[at + i - bpp] & 0xff;
      int above = prior[priorAt + i] & 0xff;
      int corner = prior[priorAt + i - bpp] & 0xff;
      row[at + i] = (byte) (in[inAt + i] + predict(left, above, corner));
    }
  }

  /** The case that matters most, RGB: neighbours stay in registers. */
  private static void undoPaeth3(
      byte[] in, int inAt, byte[] prior, int priorAt, byte[] row, int at, int length) {
    int left0 = 0;
    int left1 = 0;
    int left2 = 0;
    int corner0 = 0;
    int corner1 = 0;
    int corner2 = 0;
    for (int i = 0; i + 2 < length; i += 3) {
      int above0 = prior[priorAt + i] & 0xff;
      int above1 = prior[priorAt + i + 1] & 0xff;
      int above2 = prior[priorAt + i + 2] & 0xff;
      left0 = (in[inAt + i] + predict(left0, above0, corner0)) & 0xff;
      left1 = (in[inAt + i + 1] + predict(left1, above1, corner1)) & 0xff;
      left2 = (in[inAt + i + 2] + predict(left2, above2, corner2)) & 0xff;
      row[at + i] = (byte) left0;
      row[at + i + 1] = (byte) left1;
      row[at + i + 2] = (byte) left2;
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
