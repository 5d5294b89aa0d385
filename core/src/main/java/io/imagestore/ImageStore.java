package io.imagestore;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * A collection of labelled images, each under an id of its own.
 *
 * <p>Every store, whatever lies beneath it, keeps these rules:
 *
 * <ul>
 *   <li><b>Replacing.</b> {@code put} replaces the image that has the id already. Of a batch that
 *       has one id twice, the later image stays.
 *   <li><b>Atomic.</b> {@code put}, {@code putBatch} and {@code delete} happen whole or not at all:
 *       after a crash of the process or the machine a reader sees all of a call or nothing of it. A
 *       batch of any length is streamed and never held in memory whole. If its iterator throws,
 *       nothing of it is stored, and the exception passes through.
 *   <li><b>Lasting.</b> What has returned is seen by every later read in every thread, and survives
 *       the death of the process. {@link Durability} says when it survives the loss of power too;
 *       each backend documents its default.
 *   <li><b>Concurrent.</b> Any number of threads, virtual ones too, may use a store at once.
 *       Readers don't wait for each other nor for the writer. Writers wait for each other. One
 *       process writes: a second one gets a {@link StoreLockedException}; others may open the store
 *       read-only. An interrupt harms neither store nor other threads.
 *   <li><b>Closing.</b> {@code close} may be called more than once, from any thread, at any time.
 *       It lets the calls in flight end, and what the iterator of a batch in flight calls from its
 *       own thread; every later call throws {@link StoreClosedException}.
 *   <li><b>Checked.</b> Each image carries a CRC-32C of its pixels, checked when it is read. A
 *       damaged image is a {@link CorruptImageException}, never wrong pixels, and the others stay
 *       readable.
 *   <li><b>Batches.</b> {@code readBatch} keeps the order asked for. A missing id is an {@link
 *       ImageNotFoundException}, images of different shapes are a {@link ShapeMismatchException};
 *       both leave the batch to read into as it was.
 *   <li><b>Large.</b> A store may be larger than memory, and its files larger than 2 GiB, within a
 *       small fixed heap.
 *   <li><b>Declared.</b> In what stores differ is told by {@link StoreInfo#capabilities}.
 * </ul>
 *
 * <p>Beside the exceptions named at each method, every method but {@code close} throws {@link
 * StoreClosedException} after {@code close}, {@link ImageStoreException} when the file system
 * fails, and {@link CorruptStoreException} when the store's structure turns out to be damaged.
 * Methods that write also throw {@link StoreFullException} when there is no room, {@link
 * UnsupportedStoreException} when the store was opened read-only or can't hold such an image, and
 * {@link IllegalStateException} when called from the iterator of a {@code putBatch} into the same
 * store.
 */
public interface ImageStore extends AutoCloseable {

  /**
   * Stores an image, replacing the one that has the id.
   *
   * @param id at least 0
   * @param image the pixels
   * @param label any integer
   * @throws IllegalArgumentException if the id is negative
   * @throws ShapeMismatchException if the store holds images of one shape only, and this is another
   */
  void put(long id, Image image, int label);

  /**
   * Reads an image.
   *
   * @param id at least 0
   * @return the image with its label
   * @throws ImageNotFoundException if there is none
   * @throws CorruptImageException if it is damaged
   */
  LabeledImage get(long id);

  /**
   * Reads an image that may not be there.
   *
   * @param id at least 0
   * @return the image with its label, or empty if there is none
   * @throws CorruptImageException if it is damaged
   */
  Optional<LabeledImage> find(long id);

  /**
   * Stores many images as one, in the iterator's order.
   *
   * @param images as many as there are; iterated once, by the calling thread or another, while the
   *     call lasts
   * @throws ShapeMismatchException if the store holds images of one shape only, and one of these
   *     has another
   * @throws NullPointerException if one of them is null
   */
  void putBatch(Iterable<LabeledImage> images);

  /**
   * Stores many images as one, in the stream's order, and closes the stream.
   *
   * @param images as many as there are
   * @throws ShapeMismatchException if the store holds images of one shape only, and one of these
   *     has another
   * @throws NullPointerException if one of them is null
   */
  void putBatch(Stream<LabeledImage> images);

  /**
   * Stores many images as one.
   *
   * @param batch the images; not to be changed while the call lasts
   * @throws ShapeMismatchException if the store holds images of one shape only, and these have
   *     another
   */
  void putBatch(ImageBatch batch);

  /**
   * Reads many images of one shape.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @return as many images as ids; without ids an empty batch of the shape 1x1x1
   * @throws ImageNotFoundException if one is missing
   * @throws CorruptImageException if one is damaged
   * @throws ShapeMismatchException if their shapes differ
   * @throws IllegalArgumentException if they take more than 2 GiB together
   */
  ImageBatch readBatch(long[] ids);

  /**
   * Reads the images that follow one another by id.
   *
   * @param firstId read on from this id or the next higher one there is
   * @param count how many, 0 or more
   * @return count images, ascending by id; fewer where the store ends, in the extreme an empty
   *     batch of the shape 1x1x1
   * @throws CorruptImageException if one is damaged
   * @throws ShapeMismatchException if their shapes differ
   * @throws IllegalArgumentException if firstId or count is negative, or the images take more than
   *     2 GiB together
   */
  ImageBatch readBatch(long firstId, int count);

  /**
   * Reads many images into a batch there is, allocating nothing for them.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @param into takes the images in place of those it holds; must have their shape, and room for
   *     them
   * @throws ImageNotFoundException if one is missing; the batch is left as it was
   * @throws ShapeMismatchException if one has another shape than the batch; the batch is left as it
   *     was
   * @throws CorruptImageException if one is damaged; the batch is empty then
   * @throws IllegalArgumentException if there are more ids than the batch has room for; the batch
   *     is left as it was
   */
  void readBatch(long[] ids, ImageBatch into);

  /**
   * Whether there is such an image; doesn't read it.
   *
   * @param id at least 0
   * @return true if there is
   */
  boolean contains(long id);

  /**
   * Deletes an image. Its space is used again or given back, some time.
   *
   * @param id at least 0
   * @return whether there was one
   */
  boolean delete(long id);

  /**
   * How many images there are.
   *
   * @return 0 or more
   */
  long size();

  /**
   * The ids of all images.
   *
   * @return ascending
   */
  long[] ids();

  /**
   * The label of an image; doesn't read its pixels.
   *
   * @param id at least 0
   * @return the label
   * @throws ImageNotFoundException if there is no such image
   */
  int label(long id);

  /**
   * All images, ascending by id, read while the stream is consumed. Images that are stored or
   * deleted meanwhile may be among them or not; all others are, once each. Close it.
   *
   * @return a sequential stream, whose operations throw what {@link #get} throws
   */
  Stream<LabeledImage> stream();

  /**
   * What the store is, and how much it holds.
   *
   * @return the state of this moment
   */
  StoreInfo info();

  /**
   * Reads and checks every image, whether or not checksums are verified on each read.
   *
   * @return the damaged ones by name
   */
  VerifyReport verify();

  /** Makes all that has been written so far survive the loss of power. */
  void flush();

  /**
   * Makes all that has been written survive the loss of power, lets the calls in flight end, and
   * closes the store. A second call waits for the first.
   *
   * @throws IllegalStateException if called from the iterator of a {@code putBatch} into this
   *     store, which would have to wait for itself
   */
  @Override
  void close();
}
