package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.spi.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Turns images into files. */
final class ImageWriter {
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
    if (image.image().isEncoded()) {
      return;
    }
    ImageShape shape = image.image().shape();
    if (shape.pixelCount() > maxPixels) {
      throw refused(image, "it has more than the " + maxPixels + " pixels that maxPixels allows");
    }
    if (!Png.holds(shape)) {
      throw refused(
          image,
          "PNG holds 1 to 4 channels of UINT8 or UINT16 samples, and less than 2 GiB; choose another backend");
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

  /** Writes the file with this sequence; where the metadata lies is told later. */
  Entry write(LabeledImage image, long sequence) throws IOException {
    Codec codec = codecs.borrow();
    try {
      Image held = image.image();
      ByteBuffer file =
          held.isEncoded() ? codec.fileOf(held.bytes()) : Png.encode(held.shape(), held.bytes());
      Entry entry =
          new Entry(
              sequence,
              held.shape(),
              held.format().orElse(null),
              image.label(),
              codec.crc32c(held.isEncoded() ? file : held.bytes()),
              file.remaining(),
              MetadataPlace.NONE);
      files.write(entry.name(image.id()), file);
      return entry;
    } finally {
      codecs.giveBack(codec);
    }
  }
}
