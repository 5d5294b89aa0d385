package io.imagestore.loader;

/**
 * A step that an image takes on its way into a batch: one of {@link Transforms}, or one's own.
 *
 * <p>Loader threads call a transform at once, each with a sample of its own. It has to give the
 * same result for the same sample: what it does at random it takes from {@link Sample#random}, and
 * it keeps no state. Then a run can resume, and the number of threads doesn't matter.
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
