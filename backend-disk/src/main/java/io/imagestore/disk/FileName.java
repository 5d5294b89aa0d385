package io.imagestore.disk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The name of a file or folder as a text. */
final class FileName {

  private static final char UNDECODABLE = '\uFFFD';

  private FileName() {}

  /**
   * The last name of a path. Where the process's locale has another encoding than UTF-8, as in a
   * container without a locale, Java can't tell a name's characters, though it opens the file; then
   * its bytes are taken for UTF-8.
   */
  static String of(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.indexOf(UNDECODABLE) < 0 ? name : decoded(path);
  }

  private static String decoded(Path path) {
    String uri = path.toUri().getRawPath(); // in which the bytes are
    int end = uri.endsWith("/") ? uri.length() - 1 : uri.length();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = uri.lastIndexOf('/', end - 1) + 1; at < end; at++) {
      if (uri.charAt(at) == '%') {
        bytes.write(Integer.parseInt(uri, at + 1, at + 3, 16));
        at += 2;
      } else {
        bytes.write(uri.charAt(at));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
