package io.imagestore.hdf5.format;

/** The little-endian numbers a dataset may hold. */
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
  FLOAT32(4, true);

  private final int size;
  private final boolean signed;

  ElementType(int size, boolean signed) {
    this.size = size;
    this.signed = signed;
  }

  /**
   * Bytes of one element.
   *
   * @return 1, 2, 4 or 8
   */
  public int size() {
    return size;
  }

  boolean signed() {
    return signed;
  }
}
