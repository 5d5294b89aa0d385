package io.imagestore;

import io.imagestore.codec.Codecs;
import io.imagestore.codec.ImageHeader;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One image: raw pixels, or an encoded file that is kept byte for byte.
 *
 * <p>Raw pixels are in HWC order, that is rows first, then columns, channels interleaved; samples
 * of more than one byte are little-endian. Of an encoded image, shape and format are known at once;
 * it is decoded each time its pixels are asked for. Orientation in EXIF is not applied: the pixels
 * are those the file holds.
 *
 * <p>Immutable, so safe in any thread. Two images are equal when they hold the same bytes in the
 * same way: a raw image never equals an encoded one.
 */
public final class Image {

  private static final Pattern FORMAT = Pattern.compile("[a-z0-9]{1,16}");

  private final ImageShape shape;

  /** Null for raw pixels. */
  private final @Nullable String format;

  /** The pixels or the file. */
  private final byte[] bytes;

  private Image(ImageShape shape, @Nullable String format, byte[] bytes) {
    this.shape = shape;
    this.format = format;
    this.bytes = bytes;
  }

  /**
   * An image of interleaved 8-bit samples.
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
    requireLength(shape, hwc.length);
    return new Image(shape, null, hwc.clone());
  }

  /**
   * An image of interleaved samples taken from a buffer, from its position on; the position moves
   * behind them.
   *
   * @param shape the image's shape
   * @param hwc holds at least {@link ImageShape#byteCount} bytes, samples little-endian whatever
   *     the buffer's own order; copied
   * @return the image
   * @throws IllegalArgumentException if fewer bytes remain, or the image is larger than a Java
   *     array can be
   */
  public static Image of(ImageShape shape, ByteBuffer hwc) {
    requireRemaining(shape, hwc);
    byte[] pixels = new byte[(int) shape.byteCount()];
    hwc.get(pixels);
    return new Image(shape, null, pixels);
  }

  /**
   * An image of planar 8-bit samples: all of the first channel, then all of the second, and so on
   * (CHW).
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
    requireLength(shape, chw.length);
    return ofPlanar(shape, ByteBuffer.wrap(chw));
  }

  /**
   * An image of planar samples (CHW) taken from a buffer, from its position on; the position moves
   * behind them.
   *
   * @param shape the image's shape
   * @param chw holds at least {@link ImageShape#byteCount} bytes, samples little-endian; copied
   * @return the image
   * @throws IllegalArgumentException if fewer bytes remain, or the image is larger than a Java
   *     array can be
   */
  public static Image ofPlanar(ImageShape shape, ByteBuffer chw) {
    requireRemaining(shape, chw);
    int bytesASample = shape.sampleType().bytes();
    int bytesAPixel = shape.channels() * bytesASample;
    byte[] hwc = new byte[(int) shape.byteCount()];
    for (int offset = 0; offset < bytesAPixel; offset += bytesASample) {
      for (int at = offset; at < hwc.length; at += bytesAPixel) {
        chw.get(hwc, at, bytesASample);
      }
    }
    return new Image(shape, null, hwc);
  }

  /**
   * The samples of an AWT image: 1 channel where it is gray, 2 where it is gray with alpha, 4 where
   * it has alpha, 3 otherwise; 16-bit where its samples are. Gray and 16-bit samples are taken as
   * they are; all else is read as sRGB, alpha not premultiplied.
   *
   * @param image any image of up to 16 bits a sample
   * @return a copy
   * @throws UnsupportedImageException if its samples have more bits, or 16 in an unusual form
   */
  public static Image from(BufferedImage image) {
    return BufferedImages.toImage(image);
  }

  /**
   * An encoded image whose format is told by its content: PNG, JPEG, or what else a codec on the
   * class path knows. The header is read now, the pixels are decoded when they are asked for.
   *
   * @param file the file's bytes; copied
   * @return the image
   * @throws UnsupportedImageException if no codec knows the format or its kind
   * @throws io.imagestore.codec.DecodeException if the header is damaged
   */
  public static Image encoded(byte[] file) {
    ImageHeader header = Codecs.readHeader(ByteBuffer.wrap(file));
    return new Image(header.shape(), header.format(), file.clone());
  }

  /**
   * An encoded image of any format, whether or not there is a codec for it. Nothing is checked: a
   * wrong shape shows when the image is decoded.
   *
   * @param file the file's bytes, from its position to its limit, at least one; copied, and the
   *     position moves to the limit
   * @param format the format's name, such as {@code webp}: 1 to 16 lower-case letters and digits
   * @param shape the shape of the decoded image
   * @return the image
   * @throws IllegalArgumentException if the file is empty or the name of another form
   */
  public static Image encoded(ByteBuffer file, String format, ImageShape shape) {
    if (!FORMAT.matcher(format).matches()) {
      throw new IllegalArgumentException(
          "a format's name is 1 to 16 lower-case letters and digits, but this one is '"
              + format
              + "'");
    }
    if (!file.hasRemaining()) {
      throw new IllegalArgumentException("an encoded image has at least one byte");
    }
    byte[] bytes = new byte[file.remaining()];
    file.get(bytes);
    return new Image(shape, format, bytes);
  }

  /**
   * The shape of the pixels, those of an encoded image too.
   *
   * @return height, width, channels, sample type
   */
  public ImageShape shape() {
    return shape;
  }

  /**
   * Whether this is an encoded file.
   *
   * @return false for raw pixels
   */
  public boolean isEncoded() {
    return format != null;
  }

  /**
   * The format of an encoded image.
   *
   * @return such as {@code png} or {@code jpeg}; empty for raw pixels
   */
  public Optional<String> format() {
    return Optional.ofNullable(format);
  }

  /**
   * The file of an encoded image.
   *
   * @return a copy, byte for byte what was given
   * @throws IllegalStateException if the image is raw pixels
   */
  public byte[] encodedBytes() {
    if (format == null) {
      throw new IllegalStateException("the image is raw pixels of " + shape + ", not a file");
    }
    return bytes.clone();
  }

  /**
   * What the image holds: the pixels of a raw one, the file of an encoded one.
   *
   * @return a read-only view, little-endian; nothing is copied or decoded
   */
  public ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The samples, HWC; an encoded image is decoded.
   *
   * @return a copy
   * @throws UnsupportedImageException if no codec on the class path decodes the format
   * @throws io.imagestore.codec.DecodeException if the file is damaged
   */
  public byte[] pixels() {
    if (format == null) {
      return bytes.clone();
    }
    Codecs.requireDecodable(shape);
    byte[] pixels = new byte[(int) shape.byteCount()];
    Codecs.decode(ByteBuffer.wrap(bytes), format, shape, ByteBuffer.wrap(pixels));
    return pixels;
  }

  /**
   * Writes the samples, HWC, at the buffer's position, which moves behind them; an encoded image is
   * decoded.
   *
   * @param destination where to
   * @throws java.nio.BufferOverflowException if fewer than {@link ImageShape#byteCount} bytes
   *     remain; nothing is written
   * @throws UnsupportedImageException if no codec on the class path decodes the format
   * @throws io.imagestore.codec.DecodeException if the file is damaged
   */
  public void copyTo(ByteBuffer destination) {
    if (format == null) {
      destination.put(bytes);
    } else {
      Codecs.decode(ByteBuffer.wrap(bytes), format, shape, destination);
    }
  }

  /**
   * The image as raw pixels.
   *
   * @return this image if it is raw, else its pixels
   * @throws UnsupportedImageException if no codec on the class path decodes the format
   * @throws io.imagestore.codec.DecodeException if the file is damaged
   */
  public Image decoded() {
    return format == null ? this : new Image(shape, null, pixels());
  }

  /**
   * A copy as an AWT image, from which {@link #from} gives back equal pixels.
   *
   * @return gray, gray with alpha, RGB or RGBA, of 8 or 16 bits a sample
   * @throws UnsupportedImageException if the image has more than four channels or FLOAT32 samples,
   *     or no codec on the class path decodes its format
   * @throws io.imagestore.codec.DecodeException if the file of an encoded image is damaged
   */
  public BufferedImage toBufferedImage() {
    return BufferedImages.of(decoded());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Image that
        && shape.equals(that.shape)
        && Objects.equals(format, that.format)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(bytes);
  }

  /** Shape and format, as {@code Image[32x32x3]} or {@code Image[400x500x3 jpeg]}. */
  @Override
  public String toString() {
    return "Image[" + shape + (format == null ? "" : " " + format) + "]";
  }

  private static void requireRemaining(ImageShape shape, ByteBuffer samples) {
    if (samples.remaining() < shape.byteCount()) {
      throw new IllegalArgumentException(
          "an image of "
              + shape
              + " takes "
              + shape.byteCount()
              + " bytes, but only "
              + samples.remaining()
              + " remain");
    }
  }

  private static void requireLength(ImageShape shape, int length) {
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
