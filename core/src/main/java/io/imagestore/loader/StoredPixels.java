package io.imagestore.loader;

import io.imagestore.ImageShape;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.spi.StoredImage;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of an image that a source shows: copied if it is raw, else decoded, and either way no
 * more of them than are needed, as far as the codec can, at the smallest scale that loses nothing
 * of what is wanted. Belongs to one thread.
 */
final class StoredPixels implements PixelSource {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Function<String, ImageCodec> codecs;
  private final boolean scales;
  private ImageShape shape = new ImageShape(1, 1, 1);
  private @Nullable String format;
  private ByteBuffer bytes = NOTHING;
  private @Nullable ImageCodec codec;

  /** Direct, for that is what native codecs write to without a copy. */
  private ByteBuffer decoded = ByteBuffer.allocateDirect(0);

  private long decodeNanos;

  /**
   * With the codecs there are.
   *
   * @param scales whether they may decode at a smaller scale what is going to be resized
   */
  StoredPixels(boolean scales) {
    this(Codecs::require, scales);
  }

  /** With codecs of its own. */
  StoredPixels(Function<String, ImageCodec> codecs, boolean scales) {
    this.codecs = codecs;
    this.scales = scales;
  }

  /**
   * Takes up an image for as long as it is shown.
   *
   * @throws DecodeException if a raw image hasn't as many bytes as its shape says
   */
  void show(StoredImage image, ByteBuffer shown) {
    shape = image.shape();
    format = image.format();
    bytes = shown;
    if (format == null && shown.remaining() != shape.byteCount()) {
      throw new DecodeException(
          "it has " + shown.remaining() + " bytes, which isn't what " + shape + " takes");
    }
  }

  /** How long decoding took since this was last asked. */
  long takeDecodeNanos() {
    long nanos = decodeNanos;
    decodeNanos = 0;
    return nanos;
  }

  @Override
  public void read(View view, Raster raster) {
    if (format == null) {
      copy(view, raster);
    } else {
      long begin = System.nanoTime();
      decode(codec(format), view, raster);
      decodeNanos += System.nanoTime() - begin;
    }
  }

  private ImageCodec codec(String name) {
    if (codec == null || !codec.format().equals(name)) {
      codec = codecs.apply(name);
    }
    return codec;
  }

  private void copy(View view, Raster raster) {
    int bytesAPixel = shape.channels() * shape.sampleType().bytes();
    int top = view.firstSourceRow();
    int left = view.firstSourceColumn();
    raster.allocate(view.endSourceRow() - top, view.endSourceColumn() - left, bytesAPixel);
    copy(bytes, shape.width(), top, left, raster);
    showRectangle(view, raster, 1, left, top);
  }

  /** Copies a rectangle of the raster's size out of pixels that lie in a buffer. */
  private static void copy(ByteBuffer from, int width, int top, int left, Raster raster) {
    int bytesAPixel = raster.channels;
    int at = from.position() + (top * width + left) * bytesAPixel;
    int rowBytes = raster.width * bytesAPixel;
    if (raster.width == width) {
      from.get(at, raster.samples, 0, raster.height * rowBytes);
      return;
    }
    for (int row = 0; row < raster.height; row++) {
      from.get(at + row * width * bytesAPixel, raster.samples, row * rowBytes, rowBytes);
    }
  }

  private void decode(ImageCodec decoder, View view, Raster raster) {
    ImageHeader header = decoder.readHeader(bytes);
    if (!header.shape().equals(shape)) {
      throw new DecodeException(
          "the file holds an image of " + header.shape() + ", but was said to be of " + shape);
    }
    DecodeRegion wanted = wanted(view, scales ? view.reduction() : 1);
    DecodeRegion region = decoder.covering(header, wanted);
    int bytesAPixel = shape.channels() * shape.sampleType().bytes();
    ByteBuffer into = room(region, bytesAPixel);
    decoder.decode(bytes, header, region, into);
    if (region.scale() != wanted.scale()) {
      wanted = wanted(view, region.scale());
    }
    raster.allocate(wanted.height(), wanted.width(), bytesAPixel);
    copy(into.flip(), region.width(), wanted.y() - region.y(), wanted.x() - region.x(), raster);
    showRectangle(view, raster, region.scale(), wanted.x(), wanted.y());
  }

  private ByteBuffer room(DecodeRegion region, int bytesAPixel) {
    decoded = Scratch.atLeast(decoded, region.height(), region.width(), bytesAPixel);
    return decoded.clear().limit(region.height() * region.width() * bytesAPixel);
  }

  /** What the view needs, at a scale at which the file is decoded. */
  private static DecodeRegion wanted(View view, int scale) {
    int left = view.firstSourceColumn() / scale;
    int top = view.firstSourceRow() / scale;
    int right = (view.endSourceColumn() - 1) / scale + 1;
    int bottom = (view.endSourceRow() - 1) / scale + 1;
    return new DecodeRegion(scale, left, top, right - left, bottom - top);
  }

  /** Tells where the view's rectangle lies in pixels that begin at a column and row, scaled. */
  private static void showRectangle(View view, Raster raster, double scale, int left, int top) {
    raster.top = view.top / scale - top;
    raster.left = view.left / scale - left;
    raster.bottom = (view.top + view.height) / scale - top;
    raster.right = (view.left + view.width) / scale - left;
  }
}
