package io.imagestore.internal.pickle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Undoes the escapes in which protocol 0 writes strings as lines of text. */
final class EscapedText {

  private final byte[] line;
  private final PickleInput input;
  private int position;

  private EscapedText(byte[] line, PickleInput input) {
    this.line = line;
    this.input = input;
  }

  /** Python 2's repr of a byte string, quotes and all. Uses the line's own array as it goes. */
  static byte[] byteString(byte[] line, PickleInput input) throws PickleFormatException {
    return new EscapedText(line, input).unquote();
  }

  /** Python's raw-unicode-escape: ISO 8859-1 but for backslash u and U. */
  static String text(byte[] line, PickleInput input) throws PickleFormatException {
    return new EscapedText(line, input).unescapeText();
  }

  private byte[] unquote() throws PickleFormatException {
    int last = line.length - 1;
    if (last < 1 || (line[0] != '\'' && line[0] != '"') || line[last] != line[0]) {
      throw input.error("expected a string between quotes");
    }
    position = 1;
    int length = 0;
    while (position < last) {
      byte next = line[position++];
      // What is written lies behind what is read, as an escape is longer than its byte.
      line[length++] = next == '\\' ? unescape(last) : next;
    }
    return Arrays.copyOf(line, length);
  }

  private byte unescape(int end) throws PickleFormatException {
    if (position >= end) {
      throw input.error("expected an escape sequence but the string ends");
    }
    byte letter = line[position++];
    return switch (letter) {
      case '\\', '\'', '"' -> letter;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'a' -> 7;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'v' -> 11;
      case 'x' -> (byte) number(2, 16, end);
      case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(end);
      default ->
          throw input.error(
              "expected an escape sequence of Python's but found '\\"
                  + Excerpt.of(String.valueOf((char) (letter & 0xFF)))
                  + "'");
    };
  }

  private byte octal(int end) {
    position--;
    int value = 0;
    for (int i = 0; i < 3 && position < end && digit(line[position], 8) >= 0; i++) {
      value = value * 8 + digit(line[position++], 8);
    }
    return (byte) value;
  }

  private String unescapeText() throws PickleFormatException {
    if (indexOfBackslash() < 0) {
      return new String(line, StandardCharsets.ISO_8859_1);
    }
    StringBuilder text = new StringBuilder(line.length);
    while (position < line.length) {
      char next = (char) (line[position++] & 0xFF);
      if (next != '\\' || position == line.length) {
        text.append(next);
        continue;
      }
      char letter = (char) (line[position++] & 0xFF);
      switch (letter) {
        case 'u' -> text.append((char) number(4, 16, line.length));
        case 'U' -> text.appendCodePoint(codePoint());
        default -> text.append(next).append(letter);
      }
    }
    return text.toString();
  }

  private int codePoint() throws PickleFormatException {
    int codePoint = number(8, 16, line.length);
    if (!Character.isValidCodePoint(codePoint)) {
      throw input.error("expected a Unicode character but found number " + codePoint);
    }
    return codePoint;
  }

  private int indexOfBackslash() {
    for (int i = 0; i < line.length; i++) {
      if (line[i] == '\\') {
        return i;
      }
    }
    return -1;
  }

  private int number(int digits, int radix, int end) throws PickleFormatException {
    if (end - position < digits) {
      throw input.error("expected " + digits + " digits of an escape but the string ends");
    }
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = digit(line[position++], radix);
      if (digit < 0) {
        throw input.error("expected " + digits + " hexadecimal digits of an escape");
      }
      value = value * radix + digit;
    }
    return value;
  }

  private static int digit(byte character, int radix) {
    return Character.digit((char) (character & 0xFF), radix);
  }
}
