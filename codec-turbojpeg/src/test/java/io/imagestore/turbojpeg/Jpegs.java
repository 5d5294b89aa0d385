package io.imagestore.turbojpeg;

import io.imagestore.codec.ImageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;

/** The JPEG files of core's tests, and the pixels that Pillow decodes. */
final class Jpegs {

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

  /** The JDK decodes this one to other pixels, or to the same: it depends on its vendor. */
  static final String UNLIKE_IN_JDKS = "ycbcr-440";

  private Jpegs() {}

  /** The JDK's decoder, which core brings. */
  static ImageCodec codecOfTheJdk() {
    return ServiceLoader.load(ImageCodec.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(codec -> codec.format().equals("jpeg") && codec.priority() == 0)
        .findFirst()
        .orElseThrow();
  }

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
