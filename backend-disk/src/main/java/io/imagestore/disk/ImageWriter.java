package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.internal.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Turns images into files. */
final class ImageWriter {
  private static final int MAX_CHANNELS = 4;

  private final Path store;
  private final ImageFiles files;
  private final Pool<Codec> codecs;
  private final long maxPixels;

  ImageWriter(Path store, ImageFiles files, Pool<Codec> codecs, long maxPixels) {
    this.store = store;
    this.files = files;
    this.codecs = codecs;
    this.maxPixels = maxPixels;
  }

  /** Refuses what no file could hold, or what could never be read again. */
  void check(LabeledImage image) {
    ImageShape shape = image.image().shape();
    if (image.image().isEncoded()) {
      throw refused(
          image, "encoded images can't be kept here; store it decoded, or choose another backend");
    }
    if (image.metadata().isPresent()) {
      throw refused(image, "metadata can't be kept here; choose another backend");
    }
    if (shape.sampleType() != SampleType.UINT8) {
      throw refused(
          image,
          "samples of " + shape.sampleType() + " can't be kept here; choose another backend");
    }
    if (shape.channels() > MAX_CHANNELS) {
      throw refused(image, "PNG holds 1 to 4 channels; choose another backend");
    }
    if ((long) shape.height() * shape.width() > maxPixels) {
      throw refused(image, "it has more than the " + maxPixels + " pixels that maxPixels allows");
    }
  }

  private UnsupportedImageException refused(LabeledImage image, String reason) {
    return new UnsupportedImageException(
        "image "
            + image.id()
            + " ("
            + image.image()
            + ")"
            + " can't be kept in store "
            + store
            + ": "
            + reason);
  }

  /** Writes the file with this sequence. */
  Entry write(LabeledImage image, long sequence) throws IOException {
    Codec codec = codecs.borrow();
    try {
      ImageShape shape = image.image().shape();
      byte[] pixels = image.image().pixels();
      ByteBuffer png = codec.encoder().encode(shape, ByteBuffer.wrap(pixels));
      int fileBytes = png.remaining();
      files.write(image.id(), sequence, png);
      return new Entry(
          sequence, shape, image.label(), codec.crc32c(pixels, pixels.length), fileBytes);
    } finally {
      codecs.giveBack(codec);
    }
  }
}
