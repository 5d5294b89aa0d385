package io.imagestore.hdf5.format;

/**
 * How an extensible array is divided: the first elements lie in the index block, all others in data
 * blocks that grow with the array. Data blocks are gathered in super blocks; super block {@code s}
 * has {@code 2^(s/2)} data blocks of {@code 2^((s+1)/2)} times the smallest size. The first few
 * super blocks exist only in thought: the index block points to their data blocks itself.
 * Specification, section VII.D, <em>The Extensible Array Index</em>.
 *
 * @param maxBits how many bits an element's number takes
 * @param indexElements elements in the index block
 * @param minPointers the fewest data blocks a super block has
 * @param minElements the fewest elements a data block has
 * @param pageBits data blocks larger than two to this power consist of pages of this size
 */
record ArrayGeometry(
    int maxBits, int indexElements, int minPointers, int minElements, int pageBits) {

  /** What the reference library chooses. */
  static final ArrayGeometry DEFAULT = new ArrayGeometry(32, 4, 4, 16, 10);

  /** More than any file can have chunks, and few enough that no size here overflows. */
  private static final int MAX_BITS = 32;

  ArrayGeometry {
    if (maxBits < 1
        || maxBits > MAX_BITS
        || pageBits < 1
        || pageBits > 30
        || !powerOfTwo(minPointers)
        || minPointers < 2
        || !powerOfTwo(minElements)
        || 1 + maxBits - Bits.log2(minElements) < 2 * Bits.log2(minPointers)) {
      throw new IllegalArgumentException(
          "an extensible array of "
              + maxBits
              + ", "
              + indexElements
              + ", "
              + minPointers
              + ", "
              + minElements
              + ", "
              + pageBits);
    }
  }

  private static boolean powerOfTwo(int value) {
    return Integer.bitCount(value) == 1;
  }

  byte[] toBytes() {
    return new byte[] {
      (byte) maxBits, (byte) indexElements, (byte) minPointers, (byte) minElements, (byte) pageBits
    };
  }

  /** Bytes that an element's number takes. */
  int offsetBytes() {
    return (maxBits + 7) / 8;
  }

  int superBlocks() {
    return 1 + maxBits - Bits.log2(minElements);
  }

  /** How many super blocks exist only in thought. */
  int directSuperBlocks() {
    return 2 * Bits.log2(minPointers);
  }

  /** How many data blocks the index block points to. */
  int directDataBlocks() {
    return 2 * (minPointers - 1);
  }

  int dataBlocks(int superBlock) {
    return 1 << (superBlock / 2);
  }

  int elements(int superBlock) {
    return minElements << ((superBlock + 1) / 2);
  }

  /** The number, counted without those in the index block, of a super block's first element. */
  long firstElement(int superBlock) {
    return minElements * ((1L << superBlock) - 1);
  }

  /** How many data blocks come before a super block's. */
  int firstDataBlock(int superBlock) {
    int count = 0;
    for (int s = 0; s < superBlock; s++) {
      count += dataBlocks(s);
    }
    return count;
  }

  int pageElements() {
    return 1 << pageBits;
  }

  boolean paged(int superBlock) {
    return elements(superBlock) > pageElements();
  }

  int pages(int superBlock) {
    return elements(superBlock) >> pageBits;
  }

  /** Bytes of the bitmap that tells which pages of a super block's data blocks are in use. */
  int bitmapBytes(int superBlock) {
    return paged(superBlock) ? dataBlocks(superBlock) * ((pages(superBlock) + 7) / 8) : 0;
  }

  /** Which super block an element belongs to. */
  int superBlockOf(long element) {
    return Bits.log2(element / minElements + 1);
  }
}
