package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** From the bytes of a stored image to its pixels. Safe in any thread. */
public final class Pixels {

  private Pixels() {}

  /**
   * Copies the pixels of a raw image, or decodes those of an encoded one.
   *
   * @param store where it lies, for messages
   * @param image what is known of it
   * @param bytes its bytes, from the buffer's position to its limit
   * @param into takes the pixels at its position, which moves behind them
   * @throws CorruptImageException if its bytes can't be decoded, or are too few or too many
   * @throws UnsupportedImageException if no codec on the class path decodes it
   */
  public static void copy(Path store, StoredImage image, ByteBuffer bytes, ByteBuffer into) {
    String format = image.format();
    if (format == null) {
      requireLength(store, image, bytes);
      into.put(bytes.duplicate());
      return;
    }
    try {
      Codecs.decode(bytes, format, image.shape(), into);
    } catch (DecodeException e) {
      throw CorruptImageException.undecodable(store, image.id(), format, e);
    } catch (UnsupportedImageException e) {
      throw cannotDecode(store, image.id(), e);
    }
  }

  /**
   * An image of a store with its raw pixels, for layouts that hold no others.
   *
   * @param store where it comes from, for messages
   * @param image raw or encoded
   * @return a raw image
   * @throws CorruptImageException if it is encoded, and damaged
   * @throws UnsupportedImageException if there is no codec for it on the class path
   */
  public static Image decoded(Path store, LabeledImage image) {
    try {
      return image.image().decoded();
    } catch (DecodeException e) {
      throw undecodable(store, image, e);
    } catch (UnsupportedImageException e) {
      throw cannotDecode(store, image.id(), e);
    }
  }

  /**
   * Says of an encoded image that it can't be decoded.
   *
   * @param store where it comes from, for messages
   * @param image an encoded one
   * @param cause why it can't be
   * @return names store and image
   */
  public static CorruptImageException undecodable(
      Path store, LabeledImage image, DecodeException cause) {
    String format = image.image().format().orElse("raw image");
    return CorruptImageException.undecodable(store, image.id(), format, cause);
  }

  private static UnsupportedImageException cannotDecode(
      Path store, long id, UnsupportedImageException e) {
    return new UnsupportedImageException(
        "image " + id + " in store " + store + " can't be decoded: " + reason(e), e);
  }

  private static void requireLength(Path store, StoredImage image, ByteBuffer bytes) {
    if (bytes.remaining() != image.shape().byteCount()) {
      throw new CorruptImageException(
          store,
          image.id(),
          "it has " + bytes.remaining() + " bytes, which isn't what " + image.shape() + " takes");
    }
  }

  private static String reason(Exception e) {
    return String.valueOf(e.getMessage());
  }
}
