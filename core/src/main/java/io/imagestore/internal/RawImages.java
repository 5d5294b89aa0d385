package io.imagestore.internal;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.nio.file.Path;

/** Images of a store as raw pixels, for layouts that hold no others. */
public final class RawImages {

  private RawImages() {}

  /**
   * An image's pixels.
   *
   * @param image raw or encoded
   * @param store where it comes from, for messages
   * @return a raw image
   * @throws CorruptImageException if it is encoded, and damaged
   * @throws UnsupportedImageException if there is no codec for it on the class path
   */
  public static Image of(LabeledImage image, Path store) {
    try {
      return image.image().decoded();
    } catch (DecodeException e) {
      throw new CorruptImageException(store, image.id(), String.valueOf(e.getMessage()), e);
    } catch (UnsupportedImageException e) {
      throw new UnsupportedImageException(
          "image " + image.id() + " in store " + store + " can't be decoded: " + e.getMessage(), e);
    }
  }
}
