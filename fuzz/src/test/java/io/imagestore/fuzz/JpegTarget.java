package io.imagestore.fuzz;

import io.imagestore.Image;

/** JPEG files: recognized, their header read, decoded by the JDK. */
public final class JpegTarget {

  private JpegTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(JpegTarget.class, JpegTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
  }

  private static void read(byte[] input) {
    Image unused = Image.encoded(input).decoded();
  }
}
