package io.imagestore.internal.pickle;

/** Shows text from a file in an error, short and printable. */
final class Excerpt {

  private static final int MAX_CHARS = 80;

  private Excerpt() {}

  static String of(String text) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_CHARS); i++) {
      char c = text.charAt(i);
      shown.append(c >= ' ' && c < 0x7F ? c : '?');
    }
    return text.length() > MAX_CHARS ? shown.append('…').toString() : shown.toString();
  }
}
