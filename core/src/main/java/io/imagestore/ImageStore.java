package io.imagestore;

import java.util.stream.Stream;

/**
 * An {@link ImageSource} that can also be written.
 *
 * <p>Beside a source's rules, every store, whatever lies beneath it, keeps these:
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
 *   <li><b>Failing.</b> A call that fails is stored wholly or not at all, and nothing acknowledged
 *       before is touched. Its exception says which, or, where the disk doesn't let that be known,
 *       that opening the store again shows it. Then the store goes on, or says that it must be
 *       opened again; opening it again mends it.
 *   <li><b>One writer.</b> Calls that write wait for each other. One process writes: a second one
 *       gets a {@link StoreLockedException}; others may open the store to read.
 *   <li><b>One place.</b> Links in its path are followed when it is opened. If it is moved, removed
 *       or replaced while it is open, no call writes to what lies there then: each of them, and
 *       {@code close}, throws an {@link ImageStoreException} that says so.
 * </ul>
 *
 * <p>Beside the exceptions named at each method, methods that write throw {@link
 * StoreFullException} when there is no room, {@link UnsupportedImageException} when the store can't
 * hold such an image, and {@link IllegalStateException} when called from the iterator of a {@code
 * putBatch} into the same store, or from a loader's transform or other visitor that its images are
 * just shown to.
 */
public interface ImageStore extends ImageSource {

  /**
   * Stores an image, replacing the one that has the id.
   *
   * @param image the image, with id, label and metadata
   * @throws ShapeMismatchException if the store holds images of one shape only, and this is another
   */
  void put(LabeledImage image);

  /**
   * Stores an image without metadata, replacing the one that has the id.
   *
   * @param id at least 0
   * @param image raw pixels or an encoded file
   * @param label any integer
   * @throws IllegalArgumentException if the id is negative
   * @throws ShapeMismatchException if the store holds images of one shape only, and this is another
   */
  default void put(long id, Image image, int label) {
    put(new LabeledImage(id, image, label));
  }

  /**
   * Stores an image under the next id: one more than the highest there is, or 0 in an empty store.
   *
   * @param image raw pixels or an encoded file
   * @param label any integer
   * @return the id it got
   * @throws ShapeMismatchException if the store holds images of one shape only, and this is another
   * @throws StoreFullException if the highest possible id is taken
   */
  long append(Image image, int label);

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
   * Deletes an image. Its space is used again or given back, some time.
   *
   * @param id at least 0
   * @return whether there was one
   */
  boolean delete(long id);

  /** Makes all that has been written so far survive the loss of power. */
  void flush();

  /**
   * Checks everything, as {@link #verify()} does, and drops what is damaged. What is left of a
   * damaged image is laid aside first, in a file of its own and a line of {@code damages.jsonl},
   * with its metadata if that is whole; what can't be read isn't dropped, for it may be whole.
   * Whole images stay as they are, though a backend may have to copy them into a new file. Other
   * calls go on meanwhile. If it is interrupted by a crash, each image is as it was or dropped and
   * laid aside, and the next repair goes on.
   *
   * @param policy where to lay damaged bytes
   * @return what was dropped and mended, and what can't be
   * @throws IllegalArgumentException if they would be laid aside inside of the store
   * @throws ImageStoreException if damaged bytes can't be laid aside: that image isn't dropped then
   */
  default RepairReport repair(RepairPolicy policy) {
    return repair(policy, Progress.NONE);
  }

  /**
   * As {@link #repair(RepairPolicy)}.
   *
   * @param policy where to lay damaged bytes
   * @param progress is told now and then how many images are checked
   * @return what was dropped and mended, and what can't be
   * @throws IllegalArgumentException if they would be laid aside inside of the store
   * @throws ImageStoreException if damaged bytes can't be laid aside: that image isn't dropped then
   */
  RepairReport repair(RepairPolicy policy, Progress progress);

  /**
   * Makes all that has been written survive the loss of power, lets the calls in flight end, and
   * closes the store. A second call waits for the first.
   *
   * @throws IllegalStateException if called from the iterator of a {@code putBatch} into this
   *     store, or from a visitor of its images, which would have to wait for itself
   */
  @Override
  void close();
}
