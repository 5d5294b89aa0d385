package io.imagestore.codec.jpeg;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;

/**
 * What a JPEG file tells before its first scan.
 *
 * @param shape of the decoded image
 * @param colors what its components are
 * @param isProgressive whether its scans refine each other
 * @param heightOffset where the file says its height, in two bytes; from its beginning
 */
public record JpegHeader(
    ImageShape shape, JpegColors colors, boolean isProgressive, int heightOffset) {

  /**
   * Reads the markers up to the first scan.
   *
   * @param file the whole file, from its position to its limit
   * @return what they tell
   * @throws DecodeException if the file is damaged or cut short, or declares more pixels than its
   *     bytes can hold
   * @throws UnsupportedImageException if it is of a kind that isn't decoded here: 12-bit, lossless,
   *     hierarchical or arithmetic coding, or other than 1, 3 or 4 components; or is too large
   */
  public static JpegHeader read(ByteBuffer file) {
    JpegHeader header = new HeaderReader(file).read();
    Codecs.requireDecodable(header.shape);
    return header;
  }
}
