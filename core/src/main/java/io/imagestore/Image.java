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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One image: unsigned 8-bit samples in HWC order, that is rows first, then columns, channels
 * interleaved.
 *
 * <p>Immutable, so safe in any thread. Two images are equal when shape and samples are.
 */
public final class Image {

  private final ImageShape shape;
  private final byte[] pixels;

  private Image(ImageShape shape, byte[] pixels) {
    this.shape = shape;
    this.pixels = pixels;
  }

  /**
   * An image of interleaved samples.
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param channels samples a pixel, at least 1
   * @param hwc height × width × channels samples; copied
   * @return the image
   * @throws IllegalArgumentException if an extent is less than 1 or the array's length doesn't fit
   *     them
   */
  public static Image of(int height, int width, int channels, byte[] hwc) {
    ImageShape shape = new ImageShape(height, width, channels);
    checkLength(shape, hwc.length);
    return new Image(shape, hwc.clone());
  }

  /**
   * An image of planar samples: all of the first channel, then all of the second, and so on (CHW).
   *
   * @param height rows, at least 1
   * @param width columns, at least 1
   * @param channels planes, at least 1
   * @param chw channels × height × width samples; copied
   * @return the image
   * @throws IllegalArgumentException if an extent is less than 1 or the array's length doesn't fit
   *     them
   */
  public static Image ofPlanar(int height, int width, int channels, byte[] chw) {
    ImageShape shape = new ImageShape(height, width, channels);
    checkLength(shape, chw.length);
    byte[] hwc = new byte[chw.length];
    int area = height * width;
    for (int channel = 0; channel < channels; channel++) {
      int plane = channel * area;
      for (int i = 0, at = channel; i < area; i++, at += channels) {
        hwc[at] = chw[plane + i];
      }
    }
    return new Image(shape, hwc);
  }

  /**
   * An image of samples taken from a buffer, from its position on; the position moves behind them.
   *
   * @param shape the image's shape
   * @param hwc holds at least {@link ImageShape#byteCount} bytes; copied
   * @return the image
   * @throws IllegalArgumentException if fewer bytes remain, or the image is larger than a Java
   *     array can be
   */
  public static Image of(ImageShape shape, ByteBuffer hwc) {
    if (hwc.remaining() < shape.byteCount()) {
      throw new IllegalArgumentException(
          "an image of "
              + shape
              + " takes "
              + shape.byteCount()
              + " bytes, but only "
              + hwc.remaining()
              + " remain");
    }
    byte[] pixels = new byte[(int) shape.byteCount()];
    hwc.get(pixels);
    return new Image(shape, pixels);
  }

  /**
   * The samples of an AWT image: 1 channel where it is gray, 2 where it is gray with alpha, 4 where
   * it has alpha, 3 otherwise. Gray samples are taken as they are; all else is read as sRGB, alpha
   * not premultiplied.
   *
   * @param image any image of 8-bit samples
   * @return a copy
   * @throws IllegalArgumentException if its samples have more than 8 bits, which would be lost
   */
  public static Image from(BufferedImage image) {
    ColorModel model = image.getColorModel();
    for (int bits : model.getComponentSize()) {
      if (bits > 8) {
        throw new IllegalArgumentException(
            "the image has "
                + bits
                + " bits a sample; convert it to 8 bits before, choosing what to lose");
      }
    }
    byte[] gray = graySamples(image, model);
    ImageShape shape =
        new ImageShape(
            image.getHeight(),
            image.getWidth(),
            gray != null ? model.getNumComponents() : model.hasAlpha() ? 4 : 3);
    return new Image(shape, gray != null ? gray : colourSamples(image, shape));
  }

  private static byte @Nullable [] graySamples(BufferedImage image, ColorModel model) {
    boolean raw =
        model instanceof ComponentColorModel
            && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
            && model.getTransferType() == DataBuffer.TYPE_BYTE
            && !model.isAlphaPremultiplied();
    if (!raw) {
      return null;
    }
    Raster raster = image.getRaster();
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] samples = new byte[height * width * model.getNumComponents()];
    return (byte[])
        raster.getDataElements(raster.getMinX(), raster.getMinY(), width, height, samples);
  }

  private static byte[] colourSamples(BufferedImage image, ImageShape shape) {
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
    return samples;
  }

  /**
   * A copy as an AWT image, from which {@link #from} gives back an equal image.
   *
   * @return gray, gray with alpha, RGB or RGBA
   * @throws UnsupportedOperationException if the image has more than four channels
   */
  public BufferedImage toBufferedImage() {
    int channels = shape.channels();
    if (channels > 4) {
      throw new UnsupportedOperationException(
          "AWT has no image of " + channels + " channels; 1 to 4 are known");
    }
    boolean alpha = channels % 2 == 0;
    ColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(channels < 3 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            alpha,
            false,
            alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster = model.createCompatibleWritableRaster(shape.width(), shape.height());
    raster.setDataElements(0, 0, shape.width(), shape.height(), pixels);
    return new BufferedImage(model, raster, false, null);
  }

  /**
   * The image's shape.
   *
   * @return height, width, channels
   */
  public ImageShape shape() {
    return shape;
  }

  /**
   * The samples, HWC.
   *
   * @return a copy
   */
  public byte[] pixels() {
    return pixels.clone();
  }

  /**
   * Writes the samples, HWC, at the buffer's position, which moves behind them.
   *
   * @param destination where to
   * @throws java.nio.BufferOverflowException if fewer than {@link ImageShape#byteCount} bytes
   *     remain; nothing is written
   */
  public void copyTo(ByteBuffer destination) {
    destination.put(pixels);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Image that
        && shape.equals(that.shape)
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(pixels);
  }

  /** The shape alone, as {@code Image[32x32x3]}. */
  @Override
  public String toString() {
    return "Image[" + shape + "]";
  }

  private static void checkLength(ImageShape shape, int length) {
    if (length != shape.byteCount()) {
      throw new IllegalArgumentException(
          "an image of "
              + shape
              + " takes "
              + shape.byteCount()
              + " bytes, but "
              + length
              + " were given");
    }
  }
}
