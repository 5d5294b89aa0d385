package io.imagestore.cifar;

/** How a file's content is written, as its first byte tells. */
enum Form {
  /** A pickle. */
  PYTHON,
  /** Records that begin with a label, or lines of label names. */
  BINARY_OR_TEXT,
  /** Nothing at all. */
  EMPTY;

  /** A pickle of protocol 2 or later begins with its PROTO instruction. */
  private static final int PROTO = 0x80;

  /** A dict of protocol 0 begins with a mark, one of protocol 1 with the empty dict. */
  private static final String OLDER_DICTS = "(}";

  /** The form of a file that begins with this byte, or with -1 because it has none. */
  static Form startingWith(int firstByte) {
    if (firstByte < 0) {
      return EMPTY;
    }
    return firstByte == PROTO || OLDER_DICTS.indexOf(firstByte) >= 0 ? PYTHON : BINARY_OR_TEXT;
  }
}
