package io.imagestore.loader;

import io.imagestore.ImageShape;
import io.imagestore.SampleType;
import org.jspecify.annotations.Nullable;

/**
 * An image on its way into a batch, as a {@link Transform} sees it. Crops, paddings, resizes and
 * flips are only noted at first: when the pixels are needed at last, just those are decoded that
 * the result is made of, and all is done at once. So a transform that can do without {@link
 * #pixels} should.
 *
 * <p>Coordinates begin at 0 in the upper left corner, and are those of the image as it is so far.
 * Belongs to one thread, and to the call that it was handed to.
 */
public final class Sample {

  private final View view = new View();
  private final Raster read = new Raster();
  private final Raster own = new Raster();
  private final Resizer resizer = new Resizer();
  private final SampleRandom random = new SampleRandom();
  private final byte[] table = new byte[256];

  private PixelSource source = Sample::noPixels;
  private long key;
  private long id;
  private int label;
  private int sourceHeight;
  private int sourceWidth;
  private int channels;
  private SampleType type = SampleType.UINT8;
  private boolean rgbWanted;
  private @Nullable ToFloat conversion;

  /** Whether what the view is about lies in the field of that name; else the source has it. */
  private boolean present;

  private byte[] pixels = new byte[0];
  private byte[] spare = new byte[0];

  Sample() {}

  private static void noPixels(View view, Raster raster) {
    throw new IllegalStateException("The sample holds no image");
  }

  /** Takes up an image that is still to be read. */
  void start(ImageShape shape, PixelSource source, long key) {
    this.source = source;
    this.key = key;
    sourceHeight = shape.height();
    sourceWidth = shape.width();
    channels = shape.channels();
    type = shape.sampleType();
    rgbWanted = false;
    present = false;
    conversion = null;
    view.reset(sourceHeight, sourceWidth);
  }

  /** Says which image it is. */
  void name(long newId, int newLabel) {
    id = newId;
    label = newLabel;
  }

  /** A table of the sample's own for transforms to work with. */
  byte[] table() {
    return table;
  }

  /** Makes the steps in turn. */
  void apply(Transform[] transforms) {
    for (int i = 0; i < transforms.length; i++) {
      random.start(key, i);
      transforms[i].apply(this);
    }
  }

  /**
   * Which image it is.
   *
   * @return its id in the source that the loader reads
   */
  public long id() {
    return id;
  }

  /**
   * The label that the batch will have, so far.
   *
   * @return the image's, or what {@link #relabel} has made of it
   */
  public int label() {
    return label;
  }

  /**
   * Gives it another label in the batch, as where sources are mixed that number their classes each
   * in its own way.
   *
   * @param newLabel any number
   */
  public void relabel(int newLabel) {
    label = newLabel;
  }

  /**
   * Height, width, channels and sample type as they are so far.
   *
   * @return the shape
   */
  public ImageShape shape() {
    return new ImageShape(height(), width(), channels(), type);
  }

  /** What a sample is: 8 bits, or what can only be cropped, padded and flipped. */
  SampleType type() {
    return type;
  }

  /**
   * Rows.
   *
   * @return at least 1
   */
  public int height() {
    return view.windowHeight;
  }

  /**
   * Columns.
   *
   * @return at least 1
   */
  public int width() {
    return view.windowWidth;
  }

  /**
   * Samples a pixel.
   *
   * @return at least 1
   */
  public int channels() {
    return rgbWanted ? 3 : channels;
  }

  /**
   * The random numbers of this sample and transform.
   *
   * @return the numbers, from the first draw on at each call of a transform
   */
  public SampleRandom random() {
    return random;
  }

  /**
   * Takes a rectangle of the image.
   *
   * @param top its first row
   * @param left its first column
   * @param height its rows, at least 1
   * @param width its columns, at least 1
   * @throws IllegalArgumentException if it doesn't lie within the image
   */
  public void crop(int top, int left, int height, int width) {
    requireUnfinished();
    boolean within =
        top >= 0
            && left >= 0
            && height >= 1
            && width >= 1
            && top <= height() - height
            && left <= width() - width;
    if (!within) {
      throw new IllegalArgumentException(
          "A crop of %dx%d at row %d, column %d doesn't lie within an image of %dx%d"
              .formatted(height, width, top, left, height(), width()));
    }
    view.window(top, left, height, width);
  }

  /**
   * Adds rows and columns of zeros.
   *
   * @param top rows above, at least 0
   * @param left columns to the left, at least 0
   * @param bottom rows below, at least 0
   * @param right columns to the right, at least 0
   * @throws IllegalArgumentException if one of them is negative, or an array can't hold the result
   */
  public void pad(int top, int left, int bottom, int right) {
    requireUnfinished();
    Arguments.notNegative(top, "top");
    Arguments.notNegative(left, "left");
    Arguments.notNegative(bottom, "bottom");
    Arguments.notNegative(right, "right");
    long height = (long) top + height() + bottom;
    long width = (long) left + width() + right;
    if (height > Integer.MAX_VALUE / width) {
      throw new IllegalArgumentException(
          "An image of " + height + "x" + width + " is too large to be transformed");
    }
    if (!view.canPad()) {
      materialize();
    }
    view.window(-top, -left, (int) height, (int) width);
  }

  /**
   * Resizes the image, bilinear with antialias, with the results of Pillow's {@code resize(size,
   * BILINEAR)}. A channel of alpha is resized as the others are, which it doesn't weigh.
   *
   * @param height rows of the result, at least 1
   * @param width columns of the result, at least 1
   * @throws IllegalArgumentException if one of them is less than 1, or the samples don't have 8
   *     bits
   */
  public void resize(int height, int width) {
    Arguments.positive(height, "height");
    Arguments.positive(width, "width");
    requireUnfinished();
    requireBytes("resized");
    if (!view.canScale()) {
      materialize();
    }
    view.scale(height, width);
  }

  /** Puts the left column to the right. */
  public void flipHorizontally() {
    requireUnfinished();
    view.mirror();
  }

  /** Puts the first row last. */
  public void flipVertically() {
    requireUnfinished();
    view.turnUpsideDown();
  }

  /**
   * Makes red, green and blue of gray, and leaves alpha out. An image of three channels stays as it
   * is.
   *
   * @throws IllegalArgumentException if the image has more than four channels, or samples that
   *     don't have 8 bits
   */
  public void toRgb() {
    requireUnfinished();
    requireBytes("turned into RGB");
    if (channels() > 4) {
      throw new IllegalArgumentException(
          "What " + channels() + " channels are as RGB isn't known; at most 4 can be");
    }
    rgbWanted = channels != 3;
  }

  /**
   * Makes one channel of red, green and blue, as Pillow does: (19595 R + 38470 G + 7471 B + 32768)
   * / 65536. Alpha is left out.
   *
   * @throws IllegalArgumentException if the image has more than four channels, or samples that
   *     don't have 8 bits
   */
  public void toGray() {
    if (channels() == 1) {
      return;
    }
    toRgb();
    materialize();
    Colors.rgbToGray(pixels, view.windowHeight * view.windowWidth);
    channels = 1;
  }

  /**
   * The pixels, 8 bits a sample, HWC: row by row, the channels of a pixel together. They may be
   * changed in place. This does what was noted before.
   *
   * @return an array that belongs to the loader, to be used during the call only; the image is its
   *     first {@code height * width * channels} elements, and there may be more
   * @throws IllegalArgumentException if the samples don't have 8 bits
   */
  public byte[] pixels() {
    requireUnfinished();
    requireBytes("changed");
    materialize();
    return pixels;
  }

  /**
   * Puts another image in the place of this one.
   *
   * @param shape the shape of the other one, of any sample type
   * @param pixels its pixels, HWC, little-endian, from the first element on; they are copied
   * @throws IllegalArgumentException if there are fewer bytes than the shape says
   */
  public void replace(ImageShape shape, byte[] pixels) {
    requireUnfinished();
    if (pixels.length < shape.byteCount()) {
      throw new IllegalArgumentException(
          "An image of %s takes %d bytes, but there are only %d"
              .formatted(shape, shape.byteCount(), pixels.length));
    }
    type = shape.sampleType();
    this.pixels =
        Scratch.atLeast(
            this.pixels, shape.height(), shape.width(), shape.channels() * type.bytes());
    System.arraycopy(pixels, 0, this.pixels, 0, (int) shape.byteCount());
    present(shape.height(), shape.width(), shape.channels());
  }

  /** Notes how the samples leave for the batch, behind which nothing can be changed. */
  void finish(ToFloat conversion) {
    requireUnfinished();
    this.conversion = conversion;
  }

  /** How the samples leave for the batch; null if as they are. */
  @Nullable ToFloat conversion() {
    return conversion;
  }

  /** The pixels, samples of more than one byte little-endian, to be put into the batch. */
  byte[] finishedPixels() {
    materialize();
    return pixels;
  }

  private void requireUnfinished() {
    if (conversion != null) {
      throw new IllegalStateException(
          "Samples were turned into floats by "
              + conversion
              + ", which has to be the last transform");
    }
  }

  private void requireBytes(String what) {
    if (type != SampleType.UINT8) {
      throw new IllegalArgumentException(
          "Only images of 8 bits a sample can be %s, but this one has %s; it can be cropped, padded, flipped and turned into floats"
              .formatted(what, type));
    }
  }

  private void materialize() {
    if (!present || !view.isWhole(sourceHeight, sourceWidth)) {
      draw();
    }
    if (rgbWanted) {
      int area = view.windowHeight * view.windowWidth;
      spare = Scratch.atLeast(spare, view.windowHeight, view.windowWidth, 3);
      Colors.toRgb(pixels, area, channels, spare);
      swap();
      present(view.windowHeight, view.windowWidth, 3);
    }
  }

  /** Does what the view notes. */
  private void draw() {
    Raster from = present ? ownPixels() : sourcePixels();
    if (view.isWhole(from.height, from.width)) {
      pixels = from.swap(pixels);
    } else {
      spare = Scratch.atLeast(spare, view.windowHeight, view.windowWidth, bytesAPixel());
      Cutter.pad(view, bytesAPixel(), spare);
      if (view.isScaled()) {
        resizer.resize(from, view, spare);
      } else {
        Cutter.cut(from, view, spare);
      }
      swap();
    }
    boolean rgbStillWanted = rgbWanted;
    present(view.windowHeight, view.windowWidth, channels);
    rgbWanted = rgbStillWanted;
  }

  private Raster sourcePixels() {
    source.read(view, read);
    return read;
  }

  private Raster ownPixels() {
    own.show(pixels, sourceHeight, sourceWidth, bytesAPixel(), view);
    return own;
  }

  /** What a raster has as channels: wider samples move byte by byte. */
  private int bytesAPixel() {
    return channels * type.bytes();
  }

  private void swap() {
    byte[] drawn = spare;
    spare = pixels;
    pixels = drawn;
  }

  private void present(int height, int width, int channels) {
    sourceHeight = height;
    sourceWidth = width;
    this.channels = channels;
    rgbWanted = false;
    present = true;
    view.reset(height, width);
  }
}
