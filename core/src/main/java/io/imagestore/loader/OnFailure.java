package io.imagestore.loader;

import io.imagestore.ImageStoreException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What becomes of an image that can't be read, decoded or transformed: it is left out of its batch
 * when this returns, and the epoch ends with what this throws.
 *
 * <p>Called by the thread that takes the batches, when the image's batch is due, image by image in
 * their order. So it needn't be safe in several threads, and it never hears of an image twice in an
 * epoch, unless the order draws it twice, or it comes again as padding.
 */
@FunctionalInterface
public interface OnFailure {

  /**
   * Decides on an image.
   *
   * @param id the image's id
   * @param cause what is wrong with it; the message names store and id
   */
  void failed(long id, ImageStoreException cause);

  /**
   * Decides on a source in which what lists the images is damaged. When this returns, the epoch
   * covers the images that are still found, and those of them that can't be read come to {@link
   * #failed}; when it throws, the epoch doesn't begin. By default it throws the cause, for images
   * may be missing that nothing names.
   *
   * <p>Called by the thread that builds the loader or begins an epoch: with what is damaged, and
   * once more if images are lost and nothing tells which, with their number if that is known. A
   * repair mends such a store.
   *
   * @param cause what is wrong with the source
   */
  default void sourceDamaged(ImageStoreException cause) {
    throw cause;
  }

  /**
   * Ends the epoch with the cause.
   *
   * @return the decision
   */
  static OnFailure fail() {
    return (id, cause) -> {
      throw cause;
    };
  }

  /**
   * Leaves the image out, however many there are: also if each one fails, as by a mistake in a
   * transform of one's own. {@link DataLoader#stats} counts those left out. Where what lists the
   * images is damaged, the epoch covers those that are still found, and a warning is logged.
   *
   * @return the decision
   */
  static OnFailure skip() {
    return SkipFailures.INSTANCE;
  }

  /**
   * Leaves images out up to a number of them, and ends the epoch with the cause of the next one.
   * Where what lists the images is damaged, no epoch begins, for nobody knows how many are lost.
   *
   * @param atMost how many the loader that this is given to may leave out in all its epochs, at
   *     least 0
   * @return the decision, for one loader
   * @throws IllegalArgumentException if the number is negative
   */
  static OnFailure skip(long atMost) {
    Arguments.notNegative(atMost, "atMost");
    AtomicLong skipped = new AtomicLong();
    return (id, cause) -> {
      if (skipped.incrementAndGet() > atMost) {
        throw cause;
      }
    };
  }
}
