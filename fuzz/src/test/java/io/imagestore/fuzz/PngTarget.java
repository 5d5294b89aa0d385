package io.imagestore.fuzz;

import io.imagestore.Image;

/** PNG files: recognized, their header read, decoded. */
public final class PngTarget {

  private PngTarget() {}

  /** Called once. */
  public static void fuzzerInitialize() {
    Outcome.warmUp(PngTarget.class, PngTarget::read);
  }

  /** Called with each input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Outcome.of(() -> read(input));
  }

  private static void read(byte[] input) {
    Image unused = Image.encoded(input).decoded();
  }
}
