package io.imagestore.loader;

/**
 * A step that an image takes on its way into a batch: one of {@link Transforms}, or one's own.
 *
 * <p>Loader threads call a transform at once, each with a sample of its own. It has to give the
 * same result for the same sample: what it does at random it takes from {@link Sample#random}, and
 * it keeps no state. Then a run can resume, and the number of threads doesn't matter.
 *
 * <p>It runs while its image is read: to write to the store that the images come from, or to close
 * it, is an {@link IllegalStateException}. To read from it is fine.
 */
@FunctionalInterface
public interface Transform {

  /**
   * Changes a sample.
   *
   * @param sample the image as the steps before left it; to be used during the call only
   */
  void apply(Sample sample);
}
