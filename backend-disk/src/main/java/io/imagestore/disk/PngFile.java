package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.UnsupportedImageException;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A PNG file of which nothing is known but its path. */
final class PngFile {
  /** Beside its pixels, a file may hold this much else. */
  private static final long SPARE_BYTES = 1 << 24;

  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

  private final Path path;

  PngFile(Path path) {
    this.path = path;
  }

  Image read(Codec codec, long maxPixels) throws IOException {
    ByteBuffer file = bytes(codec, maxPixels);
    ImageShape shape = shape(file, maxPixels);
    ByteBuffer pixels = codec.pixels((int) shape.byteCount());
    Png.decode(file, shape, pixels);
    return Image.of(shape, pixels.flip());
  }

  ImageShape readShape(Codec codec, long maxPixels) throws IOException {
    return shape(bytes(codec, maxPixels), maxPixels);
  }

  private static ImageShape shape(ByteBuffer file, long maxPixels) {
    ImageShape shape = Png.shape(file);
    if (shape.pixelCount() > maxPixels || shape.byteCount() > MAX_BYTES) {
      throw new UnsupportedImageException(
          "it is " + shape + ", more than the " + maxPixels + " pixels that are read at most");
    }
    return shape;
  }

  private ByteBuffer bytes(Codec codec, long maxPixels) throws IOException {
    // A stream, as a channel would be closed by an interrupt of the calling thread.
    try (FileInputStream in = new FileInputStream(path.toFile())) {
      long length = path.toFile().length();
      if (length > Math.min(8 * maxPixels + SPARE_BYTES, MAX_BYTES)) {
        throw new UnsupportedImageException(
            length + " bytes are far more than " + maxPixels + " pixels take");
      }
      ByteBuffer bytes = codec.file((int) length);
      return bytes.limit(in.readNBytes(bytes.array(), bytes.arrayOffset(), (int) length));
    }
  }
}
