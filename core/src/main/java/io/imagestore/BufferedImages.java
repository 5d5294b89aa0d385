package io.imagestore;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Images to and from those of AWT. */
final class BufferedImages {

  private BufferedImages() {}

  static Image toImage(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int bits = 0;
    for (int each : model.getComponentSize()) {
      bits = Math.max(bits, each);
    }
    if (bits > 8) {
      return wideSamples(image, model, bits);
    }
    return isPlainGray(model) ? graySamples(image, model) : colorSamples(image, model);
  }

  private static boolean isPlainGray(ColorModel model) {
    return model instanceof ComponentColorModel
        && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && model.getTransferType() == DataBuffer.TYPE_BYTE
        && !model.isAlphaPremultiplied();
  }

  private static Image wideSamples(BufferedImage image, ColorModel model, int bits) {
    boolean plain =
        model instanceof ComponentColorModel
            && model.getTransferType() == DataBuffer.TYPE_USHORT
            && bits == 16
            && !model.isAlphaPremultiplied();
    if (!plain) {
      throw new UnsupportedImageException(
          "the image has "
              + bits
              + " bits a sample in a form that isn't plain 16-bit; convert it before, choosing what to lose");
    }
    Raster raster = image.getRaster();
    ImageShape shape = shape(image, model.getNumComponents(), SampleType.UINT16);
    short[] samples = new short[Math.toIntExact(shape.byteCount() / 2)];
    raster.getDataElements(
        raster.getMinX(), raster.getMinY(), image.getWidth(), image.getHeight(), samples);
    ByteBuffer hwc = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
    hwc.asShortBuffer().put(samples);
    return Image.of(shape, hwc);
  }

  private static Image graySamples(BufferedImage image, ColorModel model) {
    Raster raster = image.getRaster();
    ImageShape shape = shape(image, model.getNumComponents(), SampleType.UINT8);
    byte[] samples = new byte[Math.toIntExact(shape.byteCount())];
    raster.getDataElements(
        raster.getMinX(), raster.getMinY(), image.getWidth(), image.getHeight(), samples);
    return Image.of(shape, ByteBuffer.wrap(samples));
  }

  private static Image colorSamples(BufferedImage image, ColorModel model) {
    ImageShape shape = shape(image, model.hasAlpha() ? 4 : 3, SampleType.UINT8);
    byte[] samples = new byte[Math.toIntExact(shape.byteCount())];
    int[] row = new int[shape.width()];
    int at = 0;
    for (int y = 0; y < shape.height(); y++) {
      image.getRGB(0, y, row.length, 1, row, 0, row.length);
      for (int argb : row) {
        samples[at++] = (byte) (argb >> 16);
        samples[at++] = (byte) (argb >> 8);
        samples[at++] = (byte) argb;
        if (shape.channels() == 4) {
          samples[at++] = (byte) (argb >> 24);
        }
      }
    }
    return Image.of(shape, ByteBuffer.wrap(samples));
  }

  private static ImageShape shape(BufferedImage image, int channels, SampleType sampleType) {
    return new ImageShape(image.getHeight(), image.getWidth(), channels, sampleType);
  }

  static BufferedImage of(Image raw) {
    ImageShape shape = raw.shape();
    int channels = shape.channels();
    if (channels > 4 || shape.sampleType() == SampleType.FLOAT32) {
      throw new UnsupportedImageException(
          "AWT has no image of " + shape + "; 1 to 4 channels of UINT8 or UINT16 are known");
    }
    boolean wide = shape.sampleType() == SampleType.UINT16;
    boolean alpha = channels % 2 == 0;
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(channels < 3 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            wide ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE);
    WritableRaster raster = model.createCompatibleWritableRaster(shape.width(), shape.height());
    Object samples = wide ? shorts(raw) : raw.pixels();
    raster.setDataElements(0, 0, shape.width(), shape.height(), samples);
    return new BufferedImage(model, raster, false, null);
  }

  private static short[] shorts(Image raw) {
    ShortBuffer samples = raw.bytes().asShortBuffer();
    short[] shorts = new short[samples.remaining()];
    samples.get(shorts);
    return shorts;
  }
}
