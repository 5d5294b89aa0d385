package io.imagestore.internal.pickle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pickles for the tests: files that Python wrote, and programs written by hand. */
final class Pickles {

  private Pickles() {}

  /** The file names of the pickles beside these tests whose names begin so. */
  static List<String> named(String prefix) {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".pickle") && name.startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytesOf(String name) {
    try {
      return Files.readAllBytes(folder().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text, each character a byte, and bytes, one after another. */
  static byte[] program(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof byte[] raw) {
        bytes.writeBytes(raw);
      } else {
        bytes.writeBytes(part.toString().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return bytes.toByteArray();
  }

  static @Nullable Object read(byte[] pickle) throws IOException {
    return PickleReader.strict().read(new ByteArrayInputStream(pickle));
  }

  private static Path folder() {
    try {
      return Path.of(
              Objects.requireNonNull(Pickles.class.getResource("python2-protocol2.pickle")).toURI())
          .resolveSibling(".")
          .normalize();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
