package io.imagestore.disk;

import java.util.Comparator;

/**
 * The order in which Python sorts texts. Java's own differs where characters beyond 16 bits, which
 * are two chars in Java, meet those from U+E000 on.
 */
enum CodePointOrder implements Comparator<String> {
  INSTANCE;

  @Override
  public int compare(String first, String second) {
    int length = Math.min(first.length(), second.length());
    for (int i = 0; i < length; i++) {
      char a = first.charAt(i);
      char b = second.charAt(i);
      if (a != b) {
        boolean comparable = Character.isSurrogate(a) == Character.isSurrogate(b);
        return comparable ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return Integer.compare(first.length(), second.length());
  }
}
