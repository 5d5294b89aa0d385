package io.imagestore.spi;

import io.imagestore.LabeledImage;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The images of a batch as a backend gets them: the place of a null is named before anything
 * stumbles over it, and what the caller's iterator calls counts as part of the call. However long
 * that takes, the store is asked for once more at the end, before the backend commits.
 */
final class NonNullIterator implements Iterator<LabeledImage> {

  private final Calls calls;
  private final Iterator<? extends @Nullable LabeledImage> images;
  private final Runnable atEnd;
  private long place;
  private boolean ended;

  /**
   * Wraps a caller's.
   *
   * @param atEnd is run once, when there are no more images; what it throws ends the batch
   */
  NonNullIterator(Calls calls, Iterator<? extends @Nullable LabeledImage> images, Runnable atEnd) {
    this.calls = calls;
    this.images = images;
    this.atEnd = atEnd;
  }

  @Override
  public boolean hasNext() {
    boolean more = calls.callBack(images::hasNext);
    if (!more && !ended) {
      ended = true;
      atEnd.run();
    }
    return more;
  }

  @Override
  public LabeledImage next() {
    LabeledImage image = calls.callBack(images::next);
    if (image == null) {
      throw new NullPointerException("the image at place " + place + " of the batch is null");
    }
    place++;
    return image;
  }
}
