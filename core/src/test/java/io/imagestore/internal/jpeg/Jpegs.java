package io.imagestore.internal.jpeg;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The files that {@code resources/jpeg/make.py} made, and the pixels that Pillow decodes. */
final class Jpegs {

  static final int HEIGHT = 19;
  static final int WIDTH = 35;

  static final List<String> NAMES =
      List.of(
          "gray",
          "gray-progressive",
          "rgb",
          "ycbcr-444",
          "ycbcr-422",
          "ycbcr-420",
          "ycbcr-440",
          "ycbcr-411",
          "ycbcr-420-restarts",
          "ycbcr-420-progressive",
          "cmyk",
          "cmyk-progressive",
          "ycck-420",
          "ycck-411-progressive");

  private Jpegs() {}

  static byte[] file(String name) {
    return resource(name + ".jpg");
  }

  static byte[] pixels(String name) {
    return resource(name + ".raw");
  }

  private static byte[] resource(String name) {
    try (InputStream in = Jpegs.class.getResourceAsStream("/jpeg/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
