package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.spi.Checksums;
import org.jspecify.annotations.Nullable;

/**
 * What the label table says of an image.
 *
 * @param sequence the number of its file: each file that is ever written to a store gets a higher
 *     one than the last
 * @param shape the shape of its pixels
 * @param format the format of an encoded image, or null for raw pixels
 * @param label its label
 * @param crc32c the CRC-32C of its pixels, HWC, or of the file of an encoded image
 * @param fileBytes the length its file was written with
 * @param metadata where its metadata lies
 */
record Entry(
    long sequence,
    ImageShape shape,
    @Nullable String format,
    int label,
    int crc32c,
    int fileBytes,
    MetadataPlace metadata) {

  Entry with(MetadataPlace place) {
    return new Entry(sequence, shape, format, label, crc32c, fileBytes, place);
  }

  /** The name of its file. */
  FileNames.Name name(long id) {
    return new FileNames.Name(id, sequence, FileNames.extension(format));
  }

  /** The checksum that covers all of this but where things lie. */
  int recordCrc32c(long id, Checksums checksums) {
    return checksums.ofRecord(id, label, shape, format, crc32c, metadata.crc32c());
  }

  /** No file of this image is larger, whoever has made it. */
  long mostFileBytes() {
    long most = Math.max(fileBytes, 2 * shape.byteCount() + (1 << 20));
    return Math.min(most, ImageFiles.MAX_BYTES);
  }
}
