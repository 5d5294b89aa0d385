package io.imagestore.codec.jpeg;

import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;

/**
 * A frame header (ISO/IEC 10918-1, B.2.2): extents and components of the image.
 *
 * @param components how many
 * @param isNamedRgb whether they are called R, G and B
 * @param blocks blocks of 8×8 samples, of all components
 */
record Frame(
    boolean isProgressive, int height, int width, int components, boolean isNamedRgb, long blocks) {

  /** libjpeg's own limit; the format's is 65,535. */
  private static final int MAX_EXTENT = 65_500;

  // Where its fields lie in the segment.
  private static final int PRECISION_AT = 0;
  private static final int HEIGHT_AT = 1;
  private static final int WIDTH_AT = 3;
  private static final int COUNT_AT = 5;
  private static final int COMPONENTS_AT = 6;
  private static final int COMPONENT_BYTES = 3;

  private static final int MAX_SAMPLING = 4;
  private static final int BLOCK = 8;

  /** Reads the header that the walk has come to. */
  static Frame read(boolean isProgressive, Markers segment) {
    if (segment.size() < COMPONENTS_AT) {
      throw new DecodeException("the frame header has only " + segment.size() + " bytes");
    }
    int height = segment.shortAt(HEIGHT_AT);
    int width = segment.shortAt(WIDTH_AT);
    int count = segment.byteAt(COUNT_AT);
    requireSupported(segment.byteAt(PRECISION_AT), height, width, count);
    if (segment.size() - COMPONENTS_AT != count * COMPONENT_BYTES) {
      throw new DecodeException(
          "the frame header's length doesn't fit to its " + count + " components");
    }
    long blocks = blocks(segment, height, width, count);
    return new Frame(isProgressive, height, width, count, isNamedRgb(segment, count), blocks);
  }

  private static void requireSupported(int bits, int height, int width, int components) {
    if (bits != 8) {
      throw new UnsupportedImageException(bits + "-bit JPEG isn't decoded, but 8-bit alone");
    }
    if (components != 1 && components != 3 && components != 4) {
      throw new UnsupportedImageException(
          "JPEG of " + components + " components isn't decoded, but of 1, 3 or 4");
    }
    if (width == 0) {
      throw new DecodeException("the frame header declares a width of 0");
    }
    if (height == 0) {
      throw new UnsupportedImageException(
          "JPEG that tells its height behind its first scan (DNL) isn't decoded");
    }
    if (height > MAX_EXTENT || width > MAX_EXTENT) {
      throw new UnsupportedImageException(
          "it is " + height + "x" + width + ", and " + MAX_EXTENT + " is the longest side decoded");
    }
  }

  // A component is its id, its sampling and the number of its quantization table, a byte each.

  private static boolean isNamedRgb(Markers segment, int count) {
    return count == 3 && id(segment, 0) == 'R' && id(segment, 1) == 'G' && id(segment, 2) == 'B';
  }

  private static int id(Markers segment, int component) {
    return segment.byteAt(COMPONENTS_AT + component * COMPONENT_BYTES);
  }

  /** How many samples of a component stand beside each other in an MCU's block. */
  private static int horizontalSampling(Markers segment, int component) {
    return sampling(segment, component) >> 4;
  }

  /** How many stand below each other. */
  private static int verticalSampling(Markers segment, int component) {
    return sampling(segment, component) & 0xF;
  }

  private static int sampling(Markers segment, int component) {
    return segment.byteAt(COMPONENTS_AT + component * COMPONENT_BYTES + 1);
  }

  private static long blocks(Markers segment, int height, int width, int count) {
    int maxHorizontal = 1;
    int maxVertical = 1;
    for (int i = 0; i < count; i++) {
      int horizontal = horizontalSampling(segment, i);
      int vertical = verticalSampling(segment, i);
      requireSampling(horizontal, vertical);
      maxHorizontal = Math.max(maxHorizontal, horizontal);
      maxVertical = Math.max(maxVertical, vertical);
    }
    long blocks = 0;
    for (int i = 0; i < count; i++) {
      blocks +=
          blocks(width, horizontalSampling(segment, i), maxHorizontal)
              * blocks(height, verticalSampling(segment, i), maxVertical);
    }
    return blocks;
  }

  private static void requireSampling(int horizontal, int vertical) {
    if (horizontal < 1 || horizontal > MAX_SAMPLING || vertical < 1 || vertical > MAX_SAMPLING) {
      throw new DecodeException(
          "a component's sampling factors must be 1 to 4, but are " + horizontal + "x" + vertical);
    }
  }

  private static long blocks(int extent, int sampling, int maxSampling) {
    int samples = dividedUp(extent * sampling, maxSampling);
    return dividedUp(samples, BLOCK);
  }

  private static int dividedUp(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
