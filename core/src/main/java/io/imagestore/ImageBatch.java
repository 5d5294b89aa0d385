package io.imagestore;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Up to a fixed number of images of one shape in one direct buffer, ordered NHWC, each with id and
 * label.
 *
 * <p>Allocate one and read into it again and again: nothing is allocated then. The memory is
 * outside of the Java heap and is given back when the batch is garbage. A batch belongs to one
 * thread at a time.
 *
 * <p>An image that is added gets its checksum there and then, so that a store which keeps that one
 * also notices what befalls the pixels while they wait in the batch.
 */
public final class ImageBatch {

  private final ImageShape shape;
  private final int imageBytes;
  private final ByteBuffer buffer;
  private final long[] ids;
  private final int[] labels;
  private final int[] checksums;
  private final ByteBuffer toCheck;
  private final CRC32C crc = new CRC32C();
  private int size;

  /** How many of the checksums, from the first on, are known. */
  private int checked;

  private ImageBatch(ImageShape shape, int capacity) {
    this.shape = shape;
    this.imageBytes = (int) shape.byteCount();
    this.buffer = ByteBuffer.allocateDirect(imageBytes * capacity);
    this.ids = new long[capacity];
    this.labels = new int[capacity];
    this.checksums = new int[capacity];
    this.toCheck = buffer.duplicate();
  }

  /**
   * An empty batch.
   *
   * @param shape the shape of every image in it
   * @param capacity how many images fit, 0 or more
   * @return the batch
   * @throws IllegalArgumentException if capacity is negative, or the images take more than 2 GiB -
   *     1 together, the most one buffer can hold
   * @throws OutOfMemoryError if the JVM's limit on direct memory (by default the heap's maximum)
   *     doesn't allow it
   */
  public static ImageBatch allocate(ImageShape shape, int capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity must be 0 or more, but is " + capacity);
    }
    if (shape.byteCount() > Integer.MAX_VALUE / Math.max(1, capacity)) {
      throw new IllegalArgumentException(
          capacity
              + " images of "
              + shape
              + " take more than the 2 GiB that one batch can hold; read fewer at a time");
    }
    return new ImageBatch(shape, capacity);
  }

  /**
   * How many images are in it now.
   *
   * @return 0 to {@link #capacity}
   */
  public int size() {
    return size;
  }

  /**
   * How many images fit.
   *
   * @return the number given to {@link #allocate}
   */
  public int capacity() {
    return ids.length;
  }

  /**
   * The shape of each image.
   *
   * @return height, width, channels
   */
  public ImageShape shape() {
    return shape;
  }

  /**
   * The id of one image.
   *
   * @param i its place, from 0 to {@link #size} exclusive
   * @return the id
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public long id(int i) {
    return ids[Objects.checkIndex(i, size)];
  }

  /**
   * The label of one image.
   *
   * @param i its place, from 0 to {@link #size} exclusive
   * @return the label
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public int label(int i) {
    return labels[Objects.checkIndex(i, size)];
  }

  /**
   * The CRC-32C (RFC 3720, appendix B.4) of one image's pixels in HWC order: made when the image
   * was added, or, if the batch was {@link #fill filled}, when it is first asked for.
   *
   * @param i its place, from 0 to {@link #size} exclusive
   * @return the checksum, its 32 bits as they are
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public int crc32c(int i) {
    Objects.checkIndex(i, size);
    while (checked <= i) {
      crc.reset();
      crc.update(toCheck.limit((checked + 1) * imageBytes).position(checked * imageBytes));
      checksums[checked++] = (int) crc.getValue();
    }
    return checksums[i];
  }

  /**
   * One image.
   *
   * @param i its place, from 0 to {@link #size} exclusive
   * @return a copy
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public Image image(int i) {
    Objects.checkIndex(i, size);
    return Image.of(shape, buffer.slice(i * imageBytes, imageBytes));
  }

  /**
   * All pixels, NHWC.
   *
   * @return a read-only view of size × height × width × channels bytes; it shows what later reads
   *     put into this batch
   */
  public ByteBuffer pixels() {
    return buffer.asReadOnlyBuffer().position(0).limit(size * imageBytes);
  }

  /** Makes the batch empty. */
  public void clear() {
    size = 0;
    checked = 0;
  }

  /**
   * Appends an image.
   *
   * @param image the image, with id and label
   * @throws ShapeMismatchException if its shape isn't this batch's
   * @throws IllegalStateException if the batch is full
   */
  public void add(LabeledImage image) {
    if (!image.image().shape().equals(shape)) {
      throw new ShapeMismatchException(
          "image "
              + image.id()
              + " is "
              + image.image().shape()
              + ", but the batch holds images of "
              + shape);
    }
    if (size == ids.length) {
      throw new IllegalStateException("the batch is full: it holds " + ids.length + " images");
    }
    image.image().copyTo(buffer.slice(size * imageBytes, imageBytes));
    ids[size] = image.id();
    labels[size] = image.label();
    size++;
    if (checked == size - 1) {
      crc32c(checked); // while its pixels are in the processor's cache
    }
  }

  /**
   * Replaces the contents in one go, without a copy of the pixels: what backends and other sources
   * of many images use. If the source throws, the batch is empty afterwards, for its pixels may be
   * half written.
   *
   * @param count how many images the source will write, 0 to {@link #capacity}
   * @param source writes them
   * @throws IllegalArgumentException if count is negative or more than fits; the batch is left as
   *     it was
   */
  public void fill(int count, Source source) {
    if (count < 0 || count > ids.length) {
      throw new IllegalArgumentException(
          "the batch holds at most "
              + ids.length
              + " images, but "
              + count
              + " were to be put into it");
    }
    clear();
    source.write(buffer.slice(0, count * imageBytes), ids, labels);
    size = count;
  }

  /** Writes the images that {@link #fill} asks for. */
  @FunctionalInterface
  public interface Source {
    /**
     * Writes pixels, ids and labels of each image. None of the three may be kept.
     *
     * @param pixels takes count × height × width × channels bytes, NHWC; direct, at position 0
     * @param ids takes the ids, from index 0 on
     * @param labels takes the labels, from index 0 on
     */
    void write(ByteBuffer pixels, long[] ids, int[] labels);
  }

  /** Size and shape, as {@code ImageBatch[256 of 32x32x3]}. */
  @Override
  public String toString() {
    return "ImageBatch[" + size + " of " + shape + "]";
  }
}
