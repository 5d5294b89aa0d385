package io.imagestore.internal.pickle;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Decodes UTF-8, strictly, and without a second large array where the text stands for bytes. */
final class Utf8 {

  private Utf8() {}

  /** The text of some bytes, which are scratch afterwards. */
  static String decode(byte[] bytes) throws CharacterCodingException {
    int length = toLatin1(bytes);
    return length < 0
        ? StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString()
        : new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  /**
   * Makes ISO 8859-1 of it in place and gives its length; or gives -1, the bytes being as before.
   */
  private static int toLatin1(byte[] bytes) {
    if (!isLatin1(bytes)) {
      return -1;
    }
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte first = bytes[i];
      bytes[length++] = first >= 0 ? first : (byte) ((first << 6) | (bytes[++i] & 0x3F));
    }
    return length;
  }

  /** Whether there are but ASCII characters and the two-byte ones up to 255. */
  private static boolean isLatin1(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] < 0) {
        boolean two = bytes[i] == (byte) 0xC2 || bytes[i] == (byte) 0xC3;
        if (!two || ++i == bytes.length || (bytes[i] & 0xC0) != 0x80) {
          return false;
        }
      }
    }
    return true;
  }
}
