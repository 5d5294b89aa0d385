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

  private static final byte PROGRESSIVE = (byte) 0xC2;

  /** Between a frame's marker and its height lie a length and the precision. */
  private static final int MARKER_BEFORE = 1 + Short.BYTES + 1;

  private final JpegColors colors;
  private final boolean isProgressive;
  private final int heightOffset;
  private final int fileBytes;

  JpegHeader(
      ImageShape shape, JpegColors colors, boolean isProgressive, int heightOffset, int fileBytes) {
    super(FORMAT, shape);
    this.colors = colors;
    this.isProgressive = isProgressive;
    this.heightOffset = heightOffset;
    this.fileBytes = fileBytes;
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

  /** Whether a file is as long, and has the same kind of frame with the same extents there. */
  boolean isOf(ByteBuffer file) {
    int at = file.position() + heightOffset;
    return file.remaining() == fileBytes
        && (file.get(at - MARKER_BEFORE) == PROGRESSIVE) == isProgressive
        && shortAt(file, at) == shape().height()
        && shortAt(file, at + Short.BYTES) == shape().width()
        && file.get(at + 2 * Short.BYTES) == colors.components();
  }

  private static int shortAt(ByteBuffer file, int at) {
    return Byte.toUnsignedInt(file.get(at)) << Byte.SIZE | Byte.toUnsignedInt(file.get(at + 1));
  }
}
