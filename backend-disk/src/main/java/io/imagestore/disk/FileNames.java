package io.imagestore.disk;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the file of an image lies: in a folder of a thousand consecutive files, under its id, so
 * that a person finds it. Where the id isn't the file's number too, as with an image that was
 * overwritten, the number follows the id: so no two files ever have the same name, and a new file
 * never takes the place of one that may yet be needed.
 */
final class FileNames {
  /** All image files lie below this folder. */
  static final String ROOT = "images";

  static final int FILES_A_FOLDER = 1000;

  private static final Pattern NAME = Pattern.compile("(\\d{1,19})(?:-(\\d{1,19}))?\\.png");

  private FileNames() {}

  static long folder(long sequence) {
    return sequence / FILES_A_FOLDER;
  }

  /** The path of a folder inside a store: thousands in thousands, {@code images/001/234}. */
  static String folderPath(long folder) {
    String above = folder < 1000 ? ROOT : folderPath(folder / 1000);
    return above + "/" + Long.toString(1000 + folder % 1000).substring(1);
  }

  /** The path of a file inside a store, such as {@code images/012/12345.png}. */
  static String path(long id, long sequence) {
    return folderPath(folder(sequence)) + "/" + name(id, sequence);
  }

  private static String name(long id, long sequence) {
    return id == sequence ? id + ".png" : id + "-" + sequence + ".png";
  }

  /**
   * What the name of a file tells.
   *
   * @param id the image it was written for
   * @param sequence its number
   */
  record Name(long id, long sequence) {}

  /** What the name of the file at this path tells, or null if it isn't one of ours. */
  static @Nullable Name parse(String path) {
    Matcher matcher = NAME.matcher(path.substring(path.lastIndexOf('/') + 1));
    if (!matcher.matches()) {
      return null;
    }
    try {
      long id = Long.parseLong(matcher.group(1));
      return new Name(id, matcher.group(2) == null ? id : Long.parseLong(matcher.group(2)));
    } catch (NumberFormatException e) {
      return null; // 19 digits, but more than a long
    }
  }
}
