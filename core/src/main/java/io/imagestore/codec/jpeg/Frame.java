package io.imagestore.codec.jpeg;

import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.ToIntFunction;

/** A frame header (ISO/IEC 10918-1, B.2.2): extents and components of the image. */
record Frame(boolean isProgressive, int height, int width, List<Component> components) {

  /** libjpeg's own limit; the format's is 65,535. */
  private static final int MAX_EXTENT = 65_500;

  private static final int FIXED_BYTES = 6;
  private static final int COMPONENT_BYTES = 3;
  private static final int MAX_SAMPLING = 4;
  private static final int BLOCK = 8;

  /** How many samples of a component stand beside and below each other in an MCU's block. */
  record Component(int id, int horizontalSampling, int verticalSampling) {}

  static Frame read(boolean isProgressive, ByteBuffer segment) {
    if (segment.remaining() < FIXED_BYTES) {
      throw new DecodeException("the frame header has only " + segment.remaining() + " bytes");
    }
    int bits = Byte.toUnsignedInt(segment.get());
    int height = Short.toUnsignedInt(segment.getShort());
    int width = Short.toUnsignedInt(segment.getShort());
    int count = Byte.toUnsignedInt(segment.get());
    requireSupported(bits, height, width, count);
    if (segment.remaining() != count * COMPONENT_BYTES) {
      throw new DecodeException(
          "the frame header's length doesn't fit to its " + count + " components");
    }
    Component[] components = new Component[count];
    for (int i = 0; i < count; i++) {
      components[i] = readComponent(segment);
    }
    return new Frame(isProgressive, height, width, List.of(components));
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

  private static Component readComponent(ByteBuffer segment) {
    int id = Byte.toUnsignedInt(segment.get());
    int sampling = Byte.toUnsignedInt(segment.get());
    segment.get(); // the quantization table
    int horizontal = sampling >> 4;
    int vertical = sampling & 0xF;
    if (horizontal < 1 || horizontal > MAX_SAMPLING || vertical < 1 || vertical > MAX_SAMPLING) {
      throw new DecodeException(
          "a component's sampling factors must be 1 to 4, but are " + horizontal + "x" + vertical);
    }
    return new Component(id, horizontal, vertical);
  }

  /** Blocks of 8×8 samples, of all components. */
  long blocks() {
    int maxHorizontal = max(Component::horizontalSampling);
    int maxVertical = max(Component::verticalSampling);
    return components.stream()
        .mapToLong(
            component ->
                blocks(width, component.horizontalSampling, maxHorizontal)
                    * blocks(height, component.verticalSampling, maxVertical))
        .sum();
  }

  private int max(ToIntFunction<Component> sampling) {
    return components.stream().mapToInt(sampling).max().orElseThrow();
  }

  private static long blocks(int extent, int sampling, int maxSampling) {
    int samples = dividedUp(extent * sampling, maxSampling);
    return dividedUp(samples, BLOCK);
  }

  private static int dividedUp(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
