package io.imagestore.disk;

import java.nio.file.Path;
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

  private static final Pattern NAME =
      Pattern.compile("(\\d{1,19})(?:-(\\d{1,19}))?\\.([a-z0-9]{1,16})");

  private FileNames() {}

  static long folder(long sequence) {
    return sequence / FILES_A_FOLDER;
  }

  /** The path of a folder inside a store: thousands in thousands, {@code images/001/234}. */
  static String folderPath(long folder) {
    String above = folder < 1000 ? ROOT : folderPath(folder / 1000);
    return above + "/" + Long.toString(1000 + folder % 1000).substring(1);
  }

  /**
   * What the name of a file ends in.
   *
   * @param format that of an encoded image, in lower-case letters and digits; null for raw pixels
   */
  static String extension(@Nullable String format) {
    if (format == null) {
      return "png";
    }
    return format.equals("jpeg") ? "jpg" : format;
  }

  /**
   * What the name of a file tells.
   *
   * @param id the image it was written for
   * @param sequence its number
   * @param extension what it ends in
   */
  record Name(long id, long sequence, String extension) {

    long folder() {
      return FileNames.folder(sequence);
    }

    boolean isBetween(long fromSequence, long endSequence) {
      return sequence >= fromSequence && sequence < endSequence;
    }

    /** The path inside a store, such as {@code images/012/12345.png}. */
    String path() {
      String number = id == sequence ? "" : "-" + sequence;
      return folderPath(folder()) + "/" + id + number + "." + extension;
    }
  }

  /** What the name of the file at this path tells, or null if it can't be one of ours. */
  static @Nullable Name of(Path path) {
    return parse(String.valueOf(path.getFileName()));
  }

  /** What a file's name tells, without the folders before it; null if it can't be one of ours. */
  static @Nullable Name parse(String fileName) {
    Matcher matcher = NAME.matcher(fileName);
    if (!matcher.matches()) {
      return null;
    }
    try {
      long id = Long.parseLong(matcher.group(1));
      long sequence = matcher.group(2) == null ? id : Long.parseLong(matcher.group(2));
      return new Name(id, sequence, String.valueOf(matcher.group(3)));
    } catch (NumberFormatException e) {
      return null; // 19 digits, but more than a long
    }
  }
}
