package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.internal.png.PngDecoder;
import io.imagestore.internal.png.PngEncoder;
import io.imagestore.internal.png.PngException;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A PNG file of which nothing is known but its path. */
final class PngFile {
  /** Beside its pixels, a file may hold this much else. */
  private static final long SPARE_BYTES = 1 << 24;

  private final Path path;

  PngFile(Path path) {
    this.path = path;
  }

  Image read(Codec codec, long maxPixels) throws IOException {
    ImageShape shape = start(codec, maxPixels);
    byte[] pixels = codec.pixels((int) shape.byteCount());
    codec.decoder().finish(pixels);
    return Image.of(shape, ByteBuffer.wrap(pixels));
  }

  ImageShape readShape(Codec codec, long maxPixels) throws IOException {
    return start(codec, maxPixels);
  }

  private ImageShape start(Codec codec, long maxPixels) throws IOException {
    PngDecoder decoder = codec.decoder();
    decoder.start(bytes(codec, maxPixels));
    return new ImageShape(decoder.height(), decoder.width(), decoder.channels());
  }

  private ByteBuffer bytes(Codec codec, long maxPixels) throws IOException {
    // A stream, as a channel would be closed by an interrupt of the calling thread.
    try (FileInputStream in = new FileInputStream(path.toFile())) {
      long length = path.toFile().length();
      if (length > Math.min(8 * maxPixels + SPARE_BYTES, Integer.MAX_VALUE - 16)) {
        throw new PngException(length + " bytes are far more than " + maxPixels + " pixels take");
      }
      byte[] bytes = codec.file((int) length);
      return ByteBuffer.wrap(bytes, 0, in.readNBytes(bytes, 0, (int) length));
    }
  }

  void write(Image image, PngEncoder encoder) throws IOException {
    ImageShape shape = image.shape();
    ByteBuffer png =
        encoder.encode(shape.height(), shape.width(), shape.channels(), image.pixels());
    try (FileOutputStream out = new FileOutputStream(path.toFile())) {
      out.write(png.array(), png.arrayOffset() + png.position(), png.remaining());
    }
  }
}
