package io.imagestore.codec.jpeg;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.ImageHeader;
import java.nio.ByteBuffer;

/** What a JPEG file tells before its first scan. */
public final class JpegHeader extends ImageHeader {

  static final String FORMAT = "jpeg";

  /** Height, width and number of components. */
  private static final int FRAME_BYTES = 2 * Short.BYTES + 1;

  private final JpegColors colors;
  private final boolean isProgressive;
  private final int heightOffset;

  JpegHeader(ImageShape shape, JpegColors colors, boolean isProgressive, int heightOffset) {
    super(FORMAT, shape);
    this.colors = colors;
    this.isProgressive = isProgressive;
    this.heightOffset = heightOffset;
  }

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
    Codecs.requireDecodable(header.shape());
    return header;
  }

  /**
   * What its components are.
   *
   * @return the colors
   */
  public JpegColors colors() {
    return colors;
  }

  /**
   * Whether its scans refine each other.
   *
   * @return false if there is but one for each component
   */
  public boolean isProgressive() {
    return isProgressive;
  }

  /**
   * Where the file says its height, in two bytes.
   *
   * @return the offset from its beginning
   */
  public int heightOffset() {
    return heightOffset;
  }

  /** Whether a file says the same extents and number of components at the same place. */
  boolean isOf(ByteBuffer file) {
    int at = file.position() + heightOffset;
    return at + FRAME_BYTES <= file.limit()
        && shortAt(file, at) == shape().height()
        && shortAt(file, at + Short.BYTES) == shape().width()
        && file.get(at + 2 * Short.BYTES) == colors.components();
  }

  private static int shortAt(ByteBuffer file, int at) {
    return Byte.toUnsignedInt(file.get(at)) << Byte.SIZE | Byte.toUnsignedInt(file.get(at + 1));
  }
}
