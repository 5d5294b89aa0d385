package io.imagestore.internal.png;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.internal.Pool;
import java.nio.ByteBuffer;

/** PNG, see package. */
public final class PngCodec implements ImageCodec {
  private static final String FORMAT = "png";
  private static final int MAX_CHANNELS = 4;

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private final Pool<PngDecoder> decoders = new Pool<>(PngDecoder::new, PROCESSORS);
  private final Pool<PngEncoder> encoders = new Pool<>(PngEncoder::new, PROCESSORS);

  /** Creates the codec. */
  public PngCodec() {}

  @Override
  public String format() {
    return FORMAT;
  }

  /** Whether the file begins with 0x89 and PNG; text transfer may have damaged what follows. */
  @Override
  public boolean recognizes(ByteBuffer file) {
    return file.remaining() >= Integer.BYTES
        && file.slice().getInt(0) == (int) (PngChunks.SIGNATURE >>> Integer.SIZE);
  }

  @Override
  public ImageHeader readHeader(ByteBuffer file) {
    return new ImageHeader(FORMAT, read(file).shape());
  }

  /** The wanted part exactly, not scaled: other pixels are left out as they are met. */
  @Override
  public DecodeRegion covering(ImageHeader header, DecodeRegion wanted) {
    ImageShape shape = header.shape();
    long scale = wanted.scale();
    long left = scale * wanted.x();
    long top = scale * wanted.y();
    if (left >= shape.width() || top >= shape.height()) {
      throw new IllegalArgumentException(wanted + " lies outside of an image of " + shape);
    }
    long width = Math.min(shape.width() - left, scale * wanted.width());
    long height = Math.min(shape.height() - top, scale * wanted.height());
    return new DecodeRegion(1, (int) left, (int) top, (int) width, (int) height);
  }

  @Override
  public void decode(ByteBuffer file, ImageHeader header, DecodeRegion region, ByteBuffer into) {
    requireWithin(region, header.shape());
    PngChunks png = read(file);
    if (!png.shape().equals(header.shape())) {
      throw new DecodeException("The image is " + png.shape() + ", not " + header.shape());
    }
    PngDecoder decoder = decoders.borrow();
    try {
      decoder.decode(png, region, into);
    } finally {
      decoders.giveBack(decoder);
    }
  }

  private static PngChunks read(ByteBuffer file) {
    PngChunks png = new PngChunks(file);
    Codecs.requireDecodable(png.shape());
    return png;
  }

  private static void requireWithin(DecodeRegion region, ImageShape shape) {
    if (region.scale() != 1
        || region.width() > shape.width() - region.x()
        || region.height() > shape.height() - region.y()) {
      throw new IllegalArgumentException(
          region + " isn't a part, not scaled, of an image of " + shape);
    }
  }

  /** Those of 1 to 4 channels of integers that can be decoded too. */
  @Override
  public boolean encodes(ImageShape shape) {
    return shape.channels() <= MAX_CHANNELS
        && shape.sampleType() != SampleType.FLOAT32
        && shape.pixelCount() <= Codecs.MAX_PIXELS
        && shape.byteCount() <= Integer.MAX_VALUE - 8;
  }

  @Override
  public ByteBuffer encode(ImageShape shape, ByteBuffer pixels) {
    if (!encodes(shape)) {
      throw new UnsupportedImageException(
          "PNG holds 1 to 4 channels of 8 or 16 bits a sample, and of at most "
              + Codecs.MAX_PIXELS
              + " pixels, but the image is "
              + shape);
    }
    PngEncoder encoder = encoders.borrow();
    try {
      ByteBuffer file = encoder.encode(shape, pixels);
      return ByteBuffer.allocate(file.remaining()).put(file).flip();
    } finally {
      encoders.giveBack(encoder);
    }
  }
}
