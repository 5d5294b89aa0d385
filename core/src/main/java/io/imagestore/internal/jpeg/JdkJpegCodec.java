package io.imagestore.internal.jpeg;

import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.jpeg.JpegCodec;
import io.imagestore.codec.jpeg.JpegColors;
import io.imagestore.codec.jpeg.JpegHeader;
import io.imagestore.spi.Pool;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * JPEG by the JDK's own reader, which is libjpeg: always there, and slower than {@code
 * imagestore-turbojpeg}. It decodes whole images, and needs as much of the heap meanwhile.
 *
 * <p>Pixels equal Pillow's where the JDK uses libjpeg-turbo, as Debian's does. A JDK that bundles
 * the old libjpeg, as Temurin does, doesn't interpolate color differences that are halved
 * vertically alone (4:4:0, one photograph in a thousand): there a sample differed by up to 59.
 *
 * <p>The reader gives a file's components as they are, upsampled; making RGB of them is done here,
 * without a {@code BufferedImage} in between.
 */
public final class JdkJpegCodec extends JpegCodec {

  /** An image may take this part of the heap while it is decoded. */
  private static final int SHARE_OF_HEAP = 4;

  private final Pool<BufferImageInput> inputs =
      new Pool<>(BufferImageInput::new, Runtime.getRuntime().availableProcessors());

  /** Found by {@link java.util.ServiceLoader}. */
  public JdkJpegCodec() {}

  /** Looked for when first needed. */
  private static final class Jdk {
    static final Optional<ImageReaderSpi> PROVIDER = find();

    /** Not just any reader of JPEG: other libraries bring theirs. */
    private static Optional<ImageReaderSpi> find() {
      Iterator<ImageReaderSpi> providers =
          IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
      while (providers.hasNext()) {
        ImageReaderSpi provider = providers.next();
        boolean isOfJdk = provider.getClass().getModule().equals(ImageReader.class.getModule());
        if (isOfJdk && List.of(provider.getFormatNames()).contains("jpeg")) {
          return Optional.of(provider);
        }
      }
      return Optional.empty();
    }
  }

  @Override
  public boolean isAvailable() {
    return Jdk.PROVIDER.isPresent();
  }

  @Override
  protected void decode(ByteBuffer file, JpegHeader header, DecodeRegion region, ByteBuffer into) {
    if (!region.equals(DecodeRegion.whole(header.shape(), 1))) {
      throw new IllegalArgumentException(
          "the JDK decodes whole images, but asked for is " + region);
    }
    requireHeap(header);
    byte[] samples = samplesOf(read(file), header);
    toPixels(samples, header);
    into.put(samples, 0, (int) header.shape().byteCount());
  }

  private static void requireHeap(JpegHeader header) {
    long bytes = header.shape().pixelCount() * header.colors().components();
    long limit = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;
    if (bytes > limit) {
      throw new UnsupportedImageException(
          "to decode it, the JDK's reader takes "
              + bytes
              + " bytes of heap, more than a quarter of it; raise -Xmx, or add"
              + " io.imagestore:imagestore-turbojpeg, which needs none");
    }
  }

  /**
   * Readers aren't safe in several threads, and cost little beside what they do: one each time. An
   * input is used again unless its reader may have left marks in it.
   */
  private Raster read(ByteBuffer file) {
    ImageReader reader = null;
    BufferImageInput input = inputs.borrow();
    input.open(file);
    try {
      reader = Jdk.PROVIDER.orElseThrow().createReaderInstance();
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, null);
      input.forget();
      inputs.giveBack(input);
      return raster;
    } catch (IOException | RuntimeException e) { // damaged files make it throw any of them
      throw new DecodeException("the JDK can't decode it: " + e, e);
    } finally {
      if (reader != null) {
        reader.dispose(); // it holds native memory
      }
    }
  }

  private static byte[] samplesOf(Raster raster, JpegHeader header) {
    if (raster.getWidth() != header.shape().width()
        || raster.getHeight() != header.shape().height()
        || raster.getNumBands() != header.colors().components()) {
      throw new DecodeException(
          "the JDK takes it for an image of "
              + raster.getHeight()
              + "x"
              + raster.getWidth()
              + "x"
              + raster.getNumBands());
    }
    return ((DataBufferByte) raster.getDataBuffer()).getData();
  }

  private static void toPixels(byte[] samples, JpegHeader header) {
    int pixels = (int) header.shape().pixelCount();
    switch (header.colors()) {
      case GRAY, RGB -> {}
      case YCBCR -> ToRgb.fromYCbCr(samples, pixels);
      case CMYK -> JpegColors.cmykToRgb(samples, pixels);
      case YCCK -> {
        ToRgb.fromYcckToCmyk(samples, pixels);
        JpegColors.cmykToRgb(samples, pixels);
      }
    }
  }
}
