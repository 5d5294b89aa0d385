package io.imagestore.disk;

import io.imagestore.ImageShape;

/**
 * What the label table says of an image.
 *
 * @param sequence the number of its file: each file that is ever written to a store gets a higher
 *     one than the last
 * @param shape its shape
 * @param label its label
 * @param crc32c the CRC-32C of its pixels, HWC
 * @param fileBytes the length its file was written with
 */
record Entry(long sequence, ImageShape shape, int label, int crc32c, int fileBytes) {
  long pixelCount() {
    return (long) shape.height() * shape.width();
  }
}
