package io.imagestore;

import io.imagestore.internal.BatchAccess;
import io.imagestore.spi.DirectMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Up to a fixed number of images of one shape in one direct buffer, ordered NHWC, each with id and
 * label.
 *
 * <p>Allocate one and read into it again and again: nothing is allocated then. The memory is
 * outside of the Java heap. It is given back when the batch is garbage, or at {@link #close}. A
 * batch belongs to one thread at a time.
 *
 * <p>An image that is added gets its checksum there and then, so that a store which keeps that one
 * also notices what befalls the pixels while they wait in the batch.
 */
public final class ImageBatch implements AutoCloseable {

  static {
    BatchAccess.set(
        new BatchAccess() {
          @Override
          public void fill(ImageBatch batch, int count, Source source) {
            batch.fill(count, source);
          }

          @Override
          public int crc32c(ImageBatch batch, int i) {
            return batch.crc32c(i);
          }
        });
  }

  private final ImageShape shape;
  private final int imageBytes;
  private final DirectMemory memory;
  private final ByteBuffer buffer;
  private final long[] ids;
  private final int[] labels;
  private final int[] checksums;
  private final ByteBuffer toCheck;
  private final CRC32C crc = new CRC32C();
  private int size;
  private boolean closed;

  /** How many of the checksums, from the first on, are known. */
  private int checked;

  private ImageBatch(ImageShape shape, int capacity) {
    this.shape = shape;
    this.imageBytes = (int) shape.byteCount();
    this.memory = DirectMemory.allocate(imageBytes * capacity);
    this.buffer = memory.buffer();
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

  /** The CRC-32C of an image's pixels: made when it was added, or when it is first asked for. */
  private int crc32c(int i) {
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
   * @return a read-only, little-endian view of size × height × width × channels samples; it shows
   *     what later reads put into this batch
   */
  public ByteBuffer pixels() {
    return buffer
        .asReadOnlyBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(0)
        .limit(size * imageBytes);
  }

  /** Makes the batch empty. */
  public void clear() {
    size = 0;
    checked = 0;
  }

  /**
   * Appends an image. An encoded one is decoded; metadata has no place in a batch and is left out.
   *
   * @param image the image, with id and label
   * @throws ShapeMismatchException if its shape isn't this batch's
   * @throws IllegalStateException if the batch is full or closed
   * @throws UnsupportedImageException if no codec on the class path decodes the image
   * @throws io.imagestore.codec.DecodeException if the file of an encoded image is damaged
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
    requireOpen();
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

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the batch is closed; allocate another one");
    }
  }

  private void fill(int count, BatchAccess.Source source) {
    requireOpen();
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

  /**
   * Empties the batch and gives its memory back: at once on Java 22 and newer, where what still
   * uses {@link #pixels} then gets an {@link IllegalStateException}; on older versions when no view
   * of the pixels is reachable any more. A closed batch stays empty, and takes no image any more; a
   * second call does nothing.
   */
  @Override
  public void close() {
    clear();
    closed = true;
    memory.close();
  }

  /** Size and shape, as {@code ImageBatch[256 of 32x32x3]}. */
  @Override
  public String toString() {
    return "ImageBatch[" + size + " of " + shape + "]";
  }
}
