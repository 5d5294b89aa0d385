package io.imagestore.hdf5.format;

/** What a dataset may hold: little-endian numbers, or short texts. */
public enum ElementType {
  /** 8 bits, unsigned. */
  UINT8(1, false),
  /** 16 bits, unsigned. */
  UINT16(2, false),
  /** 32 bits, unsigned. */
  UINT32(4, false),
  /** 32 bits, signed. */
  INT32(4, true),
  /** 64 bits, signed. */
  INT64(8, true),
  /** IEEE 754 of 32 bits. */
  FLOAT32(4, true),
  /** A text of up to 16 characters of ASCII, with zeros behind. */
  TEXT16(16, false);

  private final int size;
  private final boolean signed;

  ElementType(int size, boolean signed) {
    this.size = size;
    this.signed = signed;
  }

  /**
   * Bytes of one element.
   *
   * @return 1, 2, 4, 8 or 16
   */
  public int size() {
    return size;
  }

  boolean signed() {
    return signed;
  }
}
