package io.imagestore.disk;

/**
 * Where the metadata of an image lies.
 *
 * @param generation of which {@link MetadataLines#file file}
 * @param at where in it the text begins
 * @param bytes how many it has in UTF-8; none has no place
 * @param crc32c their CRC-32C
 */
record MetadataPlace(int generation, long at, int bytes, int crc32c) {
  /** Of an image without metadata. */
  static final MetadataPlace NONE = new MetadataPlace(0, 0, 0, 0);

  /** What a line has beside the text, at most: the longest id is of 19 digits. */
  private static final int FRAME_BYTES = 39;

  boolean isNone() {
    return bytes == 0;
  }

  /** The length of its line, or a little more. */
  int lineBytes() {
    return isNone() ? 0 : bytes + FRAME_BYTES;
  }
}
