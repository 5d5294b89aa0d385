package io.imagestore.loader;

/** What a sample of a batch is, in the machine's byte order. */
public enum TensorType {
  /** An unsigned integer of 8 bits. */
  UINT8(1),
  /** An IEEE 754 number of 16 bits, half precision. */
  FLOAT16(2),
  /** An IEEE 754 number of 32 bits. */
  FLOAT32(4);

  private final int bytes;

  TensorType(int bytes) {
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
