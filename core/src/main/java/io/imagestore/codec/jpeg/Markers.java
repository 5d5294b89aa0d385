package io.imagestore.codec.jpeg;

import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Walks over the markers of a JPEG file (ISO/IEC 10918-1, B.1.1), as libjpeg does: whatever lies
 * between two segments is passed over, coded data too. Takes no memory for what it comes to.
 */
final class Markers {

  static final int TEM = 0x01;
  static final int SOF0 = 0xC0;
  static final int DHT = 0xC4;
  static final int DAC = 0xCC;
  static final int RST0 = 0xD0;
  static final int RST7 = 0xD7;
  static final int SOI = 0xD8;
  static final int EOI = 0xD9;
  static final int SOS = 0xDA;
  static final int DQT = 0xDB;
  static final int DRI = 0xDD;
  static final int DHP = 0xDE;
  static final int EXP = 0xDF;
  static final int APP0 = 0xE0;
  static final int APP14 = 0xEE;
  static final int APP15 = 0xEF;
  static final int COM = 0xFE;

  private static final int LENGTH_BYTES = 2;

  private final ByteBuffer file;
  private int at;

  // What the segment come to last holds.
  private int segment;
  private int size;

  /** Begins behind the file's first marker, which must be SOI. */
  Markers(ByteBuffer file) {
    this.file = file;
    at = file.position();
    if (file.remaining() < 2 || nextByte() != 0xFF || nextByte() != SOI) {
      throw new DecodeException("the file doesn't begin as a JPEG file does, with ff d8");
    }
  }

  /** The next marker's second byte. */
  int next() {
    int code = 0;
    while (code == 0) { // ff 00 stands for a byte ff of coded data
      while (nextByte() != 0xFF) {}
      do {
        code = nextByte();
      } while (code == 0xFF); // any number of ff may precede a marker
    }
    return code;
  }

  /** Comes to the segment of the last marker; the walk goes on behind it. */
  void enterSegment() {
    int length = nextByte() << 8 | nextByte();
    if (length < LENGTH_BYTES) {
      throw new DecodeException(
          "the segment at byte " + (offset() - LENGTH_BYTES) + " declares a length of " + length);
    }
    int payload = length - LENGTH_BYTES;
    if (payload > file.limit() - at) {
      throw cutShort();
    }
    segment = at;
    size = payload;
    at += payload;
  }

  /** How many bytes the segment holds, without its length. */
  int size() {
    return size;
  }

  /** A byte of the segment, unsigned. */
  int byteAt(int offset) {
    return Byte.toUnsignedInt(file.get(segment + Objects.checkIndex(offset, size)));
  }

  /** Two bytes of the segment, unsigned; the first one counts more. */
  int shortAt(int offset) {
    return byteAt(offset) << Byte.SIZE | byteAt(offset + 1);
  }

  /** Whether the segment begins with ASCII text and has at least so many bytes. */
  boolean isSegmentOf(String name, int minSize) {
    boolean matches = size >= minSize;
    for (int i = 0; matches && i < name.length(); i++) {
      matches = byteAt(i) == name.charAt(i);
    }
    return matches;
  }

  /** Where the walk is, in bytes from the file's beginning. */
  int offset() {
    return at - file.position();
  }

  private int nextByte() {
    if (at == file.limit()) {
      throw cutShort();
    }
    return Byte.toUnsignedInt(file.get(at++));
  }

  private DecodeException cutShort() {
    return new DecodeException("the file is cut short, it ends at byte " + file.remaining());
  }
}
