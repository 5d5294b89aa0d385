package io.imagestore.disk;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How metadata lies in a file: a JSON object a line, {@code {"id":7,"metadata":…}}. The text in it
 * is as it was given, which works because it holds no line break: {@link
 * io.imagestore.LabeledImage} has none of them.
 *
 * <p>The file is only ever appended to. One that has become mostly outdated is followed by one of
 * the next generation, so that the label table, which names it, changes from the one to the other
 * in one step.
 */
final class MetadataLines {
  /** What follows the text. */
  static final byte[] END = {'}', '\n'};

  private static final Pattern FILE = Pattern.compile("metadata(?:-([1-9]\\d{0,8}))?\\.jsonl");

  private MetadataLines() {}

  /** The name of a generation's file. */
  static String file(int generation) {
    return generation == 0 ? "metadata.jsonl" : "metadata-" + generation + ".jsonl";
  }

  /** The generation of a file, or empty if its name is of another kind. */
  static OptionalInt generation(String file) {
    Matcher name = FILE.matcher(file);
    if (!name.matches()) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(name.group(1) == null ? 0 : Integer.parseInt(name.group(1)));
  }

  /** What comes before the text in an image's line. */
  static byte[] start(long id) {
    return ("{\"id\":" + id + ",\"metadata\":").getBytes(StandardCharsets.US_ASCII);
  }

  /** All such files of a store. */
  static List<Path> files(Path store) throws IOException {
    return StoreFiles.entries(store).stream()
        .filter(entry -> generation(String.valueOf(entry.getFileName())).isPresent())
        .toList();
  }

  /** Those that aren't of a generation. */
  static List<Path> filesBut(int generation, Path store) throws IOException {
    Path one = store.resolve(file(generation));
    return files(store).stream().filter(file -> !file.equals(one)).toList();
  }

  /**
   * Where the lines that count end.
   *
   * @param generation in which file
   * @param length its length up to there
   */
  record End(int generation, long length) {
    static final End NONE = new End(0, 0);

    /** The end if there is this text too. */
    End with(MetadataPlace place) {
      if (place.isNone() || place.generation() < generation) {
        return this;
      }
      long behind = place.at() + place.bytes() + END.length;
      boolean further = place.generation() > generation || behind > length;
      return further ? new End(place.generation(), behind) : this;
    }
  }
}
