package io.imagestore;

/** What one sample of an image is. Samples of more than one byte are little-endian. */
public enum SampleType {
  /** An unsigned integer of 8 bits: 0 to 255. */
  UINT8(1),
  /** An unsigned integer of 16 bits: 0 to 65,535. */
  UINT16(2),
  /** An IEEE 754 number of 32 bits; any value, NaN too. */
  FLOAT32(4);

  private final int bytes;

  SampleType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The room that one sample takes.
   *
   * @return 1, 2 or 4 bytes
   */
  public int bytes() {
    return bytes;
  }
}
