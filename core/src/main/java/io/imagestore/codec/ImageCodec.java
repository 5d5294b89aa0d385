package io.imagestore.codec;

import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import java.nio.ByteBuffer;

/**
 * Reads, and perhaps writes, images of one format. Found with {@link java.util.ServiceLoader}: have
 * a public constructor without parameters, and name the class in {@code
 * META-INF/services/io.imagestore.codec.ImageCodec}.
 *
 * <p>Loading the class must be cheap and must not fail where a native library is missing: {@link
 * #isAvailable} tells.
 *
 * <p>A codec is safe in any thread. It takes hostile files: whatever the bytes are, it answers or
 * throws one of the exceptions named here, within memory that is bounded by the file's length and
 * the decoded image's. It never moves the position of a buffer it reads from; a buffer may be on
 * the heap, direct, or read-only.
 */
public interface ImageCodec {

  /**
   * The format's name.
   *
   * @return in lower case, such as {@code png} or {@code jpeg}
   */
  String format();

  /**
   * Which codec of a format is used where there are several.
   *
   * @return the available one with the highest wins; those in the core have 0
   */
  default int priority() {
    return 0;
  }

  /**
   * Whether the codec works on this machine.
   *
   * @return false where a native library is missing
   */
  default boolean isAvailable() {
    return true;
  }

  /**
   * Whether a file is of this format.
   *
   * @param file the file's first bytes, as many as there are, from its position on
   * @return true if they begin as files of this format do
   */
  boolean recognizes(ByteBuffer file);

  /**
   * Reads what the file tells of itself; decodes nothing.
   *
   * @param file the whole file, from its position to its limit
   * @return format and shape
   * @throws DecodeException if the file is damaged, or declares more pixels than its bytes can hold
   * @throws UnsupportedImageException if it is of a kind this codec doesn't decode, or has more
   *     pixels than {@link Codecs#MAX_PIXELS}
   */
  ImageHeader readHeader(ByteBuffer file);

  /**
   * The smallest region that covers the wanted one, and that this codec can decode without decoding
   * more. By default the whole image, not scaled; then the caller crops and scales.
   *
   * @param header the image's
   * @param wanted which part of it, at which scale
   * @return a region whose scale is at most the wanted one
   */
  default DecodeRegion covering(ImageHeader header, DecodeRegion wanted) {
    return DecodeRegion.whole(header.shape(), 1);
  }

  /**
   * Decodes a region.
   *
   * @param file the whole file, from its position to its limit
   * @param header what {@link #readHeader} gave for it
   * @param region as {@link #covering} gave it
   * @param into takes {@link DecodeRegion#shape}'s bytes at its position, HWC, samples
   *     little-endian; the position moves behind them
   * @throws DecodeException if the file is damaged or cut short; what lies in the buffer then isn't
   *     defined
   * @throws java.nio.BufferOverflowException if fewer bytes remain; nothing is written
   * @throws IllegalArgumentException if it isn't a region that {@link #covering} gives
   */
  void decode(ByteBuffer file, ImageHeader header, DecodeRegion region, ByteBuffer into);

  /**
   * Whether images of a shape can be encoded without loss.
   *
   * @param shape any shape
   * @return by default false
   */
  default boolean encodes(ImageShape shape) {
    return false;
  }

  /**
   * Encodes an image without loss.
   *
   * @param shape a shape that {@link #encodes} accepts
   * @param pixels the samples, HWC, from its position on
   * @return the file, in an array that the buffer gives, and that is the caller's from now on
   * @throws UnsupportedImageException if this codec can't encode such images
   */
  default ByteBuffer encode(ImageShape shape, ByteBuffer pixels) {
    throw new UnsupportedImageException("the " + format() + " codec encodes no images of " + shape);
  }
}
