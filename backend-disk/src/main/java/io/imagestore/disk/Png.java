package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import java.nio.ByteBuffer;
import java.util.Optional;

/** PNG files of raw images, made and read by the codecs on the class path. */
final class Png {

  private static final String FORMAT = "png";

  private Png() {}

  /** Whether raw images of a shape can be kept as PNG. */
  static boolean holds(ImageShape shape) {
    return encoder(shape).isPresent();
  }

  private static Optional<ImageCodec> encoder(ImageShape shape) {
    return Codecs.findEncoder(FORMAT, shape);
  }

  /**
   * A file of these pixels, in an array.
   *
   * @param shape one that PNG {@link #holds}
   */
  static ByteBuffer encode(ImageShape shape, ByteBuffer pixels) {
    return encoder(shape)
        .orElseThrow(
            () -> new UnsupportedImageException("no codec makes PNG of an image of " + shape))
        .encode(shape, pixels);
  }

  /**
   * What a file declares.
   *
   * @throws DecodeException if it is damaged
   * @throws UnsupportedImageException if it is larger than is decoded
   */
  static ImageShape shape(ByteBuffer file) {
    return Codecs.require(FORMAT).readHeader(file).shape();
  }

  /**
   * Decodes a file.
   *
   * @param shape the one that it should have
   * @throws DecodeException if it is damaged, or of another shape
   * @throws UnsupportedImageException if it is larger than is decoded
   */
  static void decode(ByteBuffer file, ImageShape shape, ByteBuffer into) {
    Codecs.require(FORMAT)
        .decode(file, new ImageHeader(FORMAT, shape), DecodeRegion.whole(shape, 1), into);
  }
}
