package io.imagestore;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A collection of labeled images that can be read, each under an id of its own: a store, several as
 * one, or a part of one.
 *
 * <p>Every source keeps these rules:
 *
 * <ul>
 *   <li><b>One state.</b> Each call sees a state of the store that some commit made, never a
 *       mixture of two. {@link #stream} and {@link #verify} are many such calls.
 *   <li><b>Concurrent.</b> Any number of threads, virtual ones too, may use a source at once.
 *       Readers don't wait for each other nor for a writer. An interrupt harms neither the source
 *       nor other threads.
 *   <li><b>Closing.</b> {@code close} may be called more than once, from any thread, at any time.
 *       It lets the calls in flight end, and what the iterator of a batch in flight calls from its
 *       own thread; every later call throws {@link StoreClosedException}.
 *   <li><b>Checked.</b> Each image carries a CRC-32C of its bytes, its id, its label and its
 *       metadata, checked when they are read. What is damaged is a {@link CorruptImageException},
 *       or a {@link CorruptStoreException} where the structure is: never wrong pixels, a wrong
 *       label, an id that was never stored, or an image missing without a word. The other images
 *       stay readable.
 *   <li><b>Encoded.</b> An encoded image comes back byte for byte. {@code readBatch} decodes it;
 *       what can't be decoded is an exception that names store and id.
 *   <li><b>Batches.</b> {@code readBatch} keeps the order asked for. A missing id is an {@link
 *       ImageNotFoundException}, images of different shapes are a {@link ShapeMismatchException}
 *       that names both; either leaves the batch to read into as it was.
 *   <li><b>Large.</b> A store may be larger than memory, and its files larger than 2 GiB, within a
 *       small fixed heap.
 *   <li><b>Untouched.</b> Opening to read takes no lock and changes no file.
 *   <li><b>Declared.</b> In what stores differ is told by {@link StoreInfo#capabilities}.
 * </ul>
 *
 * <p>Beside the exceptions named at each method, every method but {@code close} throws {@link
 * StoreClosedException} after {@code close}, {@link ImageStoreException} when the file system
 * fails, and {@link CorruptStoreException} when the store's structure turns out to be damaged.
 */
public interface ImageSource extends AutoCloseable {

  /**
   * Reads an image.
   *
   * @param id at least 0
   * @return the image with its label and metadata
   * @throws ImageNotFoundException if there is none
   * @throws CorruptImageException if it is damaged
   */
  LabeledImage get(long id);

  /**
   * Reads an image that may not be there.
   *
   * @param id at least 0
   * @return the image with its label and metadata, or empty if there is none
   * @throws CorruptImageException if it is damaged
   */
  Optional<LabeledImage> find(long id);

  /**
   * Reads many images of one shape; encoded ones are decoded.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @return as many images as ids; without ids an empty batch of the shape 1x1x1
   * @throws ImageNotFoundException if one is missing
   * @throws CorruptImageException if one is damaged
   * @throws ShapeMismatchException if their shapes differ
   * @throws UnsupportedImageException if one is encoded, and no codec on the class path decodes it
   * @throws IllegalArgumentException if they take more than 2 GiB together
   */
  ImageBatch readBatch(long[] ids);

  /**
   * Reads the images that follow one another by id; encoded ones are decoded.
   *
   * @param firstId read on from this id or the next higher one there is
   * @param count how many, 0 or more
   * @return count images, ascending by id; fewer where the store ends, in the extreme an empty
   *     batch of the shape 1x1x1
   * @throws CorruptImageException if one is damaged
   * @throws ShapeMismatchException if their shapes differ
   * @throws UnsupportedImageException if one is encoded, and no codec on the class path decodes it
   * @throws IllegalArgumentException if firstId or count is negative, or the images take more than
   *     2 GiB together
   */
  ImageBatch readBatch(long firstId, int count);

  /**
   * Reads many images into a batch there is, allocating nothing for them; encoded ones are decoded.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @param into takes the images in place of those it holds; must have their shape, and room for
   *     them
   * @throws ImageNotFoundException if one is missing; the batch is left as it was
   * @throws ShapeMismatchException if one has another shape than the batch; the batch is left as it
   *     was
   * @throws CorruptImageException if one is damaged; the batch is empty then
   * @throws UnsupportedImageException if one is encoded, and no codec on the class path decodes it;
   *     the batch is empty then
   * @throws IllegalArgumentException if there are more ids than the batch has room for; the batch
   *     is left as it was
   */
  default void readBatch(long[] ids, ImageBatch into) {
    readBatch(ids, 0, ids.length, into);
  }

  /**
   * Reads the images named by a part of an array into a batch there is, as {@link
   * #readBatch(long[], ImageBatch)} does.
   *
   * @param ids holds the ids wanted
   * @param from where in it they begin
   * @param count how many they are
   * @param into takes the images in place of those it holds
   * @throws IndexOutOfBoundsException if the array has no such part
   * @throws ImageNotFoundException if one is missing; the batch is left as it was
   * @throws ShapeMismatchException if one has another shape than the batch; the batch is left as it
   *     was
   * @throws CorruptImageException if one is damaged; the batch is empty then
   * @throws UnsupportedImageException if one is encoded, and no codec on the class path decodes it;
   *     the batch is empty then
   * @throws IllegalArgumentException if there are more ids than the batch has room for; the batch
   *     is left as it was
   */
  void readBatch(long[] ids, int from, int count, ImageBatch into);

  /**
   * Reads many images as they lie in the store: of any shapes, and encoded ones stay encoded.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @return as many images as ids, each with label and metadata
   * @throws ImageNotFoundException if one is missing
   * @throws CorruptImageException if one is damaged
   */
  List<LabeledImage> readImages(long[] ids);

  /**
   * Whether there is such an image; doesn't read it.
   *
   * @param id at least 0
   * @return true if there is
   */
  boolean contains(long id);

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
   * @throws CorruptImageException if what is stored of it is damaged
   */
  int label(long id);

  /**
   * The labels of many images; doesn't read their pixels.
   *
   * @param ids which, in the order wanted; an id may stand there twice
   * @return as many labels as ids
   * @throws ImageNotFoundException if there is no such image
   * @throws CorruptImageException if what is stored of one is damaged
   */
  int[] labels(long[] ids);

  /**
   * The shape of an image; doesn't read its pixels.
   *
   * @param id at least 0
   * @return the shape of its pixels, those of an encoded image too
   * @throws ImageNotFoundException if there is no such image
   * @throws CorruptImageException if what is stored of it is damaged
   */
  ImageShape shape(long id);

  /**
   * The metadata of an image; doesn't read its pixels.
   *
   * @param id at least 0
   * @return a JSON text, or empty if it was stored without
   * @throws ImageNotFoundException if there is no such image
   * @throws CorruptImageException if its metadata is damaged
   */
  Optional<String> metadata(long id);

  /**
   * All images, ascending by id, read while the stream is consumed. Images that are stored or
   * deleted meanwhile may be among them or not; all others are, once each. Close it.
   *
   * @return a sequential stream, whose operations throw what {@link #get} throws. Its iterator and
   *     spliterator go on behind a damaged image when they are asked for the next
   */
  Stream<LabeledImage> stream();

  /**
   * All images that are whole, as {@link #stream()} gives them.
   *
   * @param onDamage is given each damaged image's exception in its place, also of one in a bad
   *     sector; what it throws ends the stream, and so does an image that can't be opened for other
   *     reasons, such as a missing permission
   * @return a sequential stream
   */
  Stream<LabeledImage> stream(Consumer<CorruptImageException> onDamage);

  /**
   * What the store is, and how much it holds.
   *
   * @return the state of this moment
   */
  StoreInfo info();

  /**
   * Reads and checks every image and the store's structure, whether or not checksums are verified
   * on each read.
   *
   * @return the damaged images by name, and what else is wrong
   */
  default VerifyReport verify() {
    return verify(Progress.NONE);
  }

  /**
   * Reads and checks every image and the store's structure, whether or not checksums are verified
   * on each read. An image that can't be read, as from a bad sector or without permission, is
   * called a problem of the store, for it may be whole.
   *
   * @param progress is told now and then how many images are checked
   * @return the damaged images by name, and what else is wrong
   */
  VerifyReport verify(Progress progress);

  /**
   * Lets the calls in flight end, and closes the source. A second call waits for the first.
   *
   * @throws IllegalStateException if called from a loader's transform or other visitor that images
   *     of this very source are just shown to, which would have to wait for itself
   */
  @Override
  void close();
}
