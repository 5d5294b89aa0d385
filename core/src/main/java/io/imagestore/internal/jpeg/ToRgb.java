package io.imagestore.internal.jpeg;

/**
 * Makes RGB of a JPEG file's components, in place: the same integers that libjpeg and Pillow
 * compute, so that the decoders that stand behind the codecs differ as little as can be.
 */
final class ToRgb {

  // JFIF's factors in 16.16 fixed point, for color differences less 128.
  private static final int CR_TO_R = 91_881; // 1.40200
  private static final int CB_TO_G = -22_554; // -0.34414
  private static final int CR_TO_G = -46_802; // -0.71414
  private static final int CB_TO_B = 116_130; // 1.77200
  private static final int HALF = 1 << 15;

  private ToRgb() {}

  /** YCbCr to RGB. */
  static void fromYCbCr(byte[] samples, int pixels) {
    for (int at = 0; at < pixels * 3; at += 3) {
      int y = samples[at] & 0xFF;
      int cb = (samples[at + 1] & 0xFF) - 128;
      int cr = (samples[at + 2] & 0xFF) - 128;
      samples[at] = (byte) red(y, cr);
      samples[at + 1] = (byte) green(y, cb, cr);
      samples[at + 2] = (byte) blue(y, cb);
    }
  }

  /** YCCK to CMYK, where the inks stay inverted and so do their color differences. */
  static void fromYcckToCmyk(byte[] samples, int pixels) {
    for (int at = 0; at < pixels * 4; at += 4) {
      int y = samples[at] & 0xFF;
      int cb = (samples[at + 1] & 0xFF) - 128;
      int cr = (samples[at + 2] & 0xFF) - 128;
      samples[at] = (byte) (255 - red(y, cr));
      samples[at + 1] = (byte) (255 - green(y, cb, cr));
      samples[at + 2] = (byte) (255 - blue(y, cb));
    }
  }

  private static int red(int y, int cr) {
    return clamp(y + ((CR_TO_R * cr + HALF) >> 16));
  }

  private static int green(int y, int cb, int cr) {
    return clamp(y + ((CB_TO_G * cb + CR_TO_G * cr + HALF) >> 16));
  }

  private static int blue(int y, int cb) {
    return clamp(y + ((CB_TO_B * cb + HALF) >> 16));
  }

  private static int clamp(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
