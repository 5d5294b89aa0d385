package io.imagestore.spi;

import io.imagestore.LabeledImage;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The images of a batch as a backend gets them: the place of a null is named before anything
 * stumbles over it, and what the caller's iterator calls counts as part of the call.
 */
final class NonNullIterator implements Iterator<LabeledImage> {

  private final Calls calls;
  private final Iterator<? extends @Nullable LabeledImage> images;
  private long place;

  NonNullIterator(Calls calls, Iterator<? extends @Nullable LabeledImage> images) {
    this.calls = calls;
    this.images = images;
  }

  @Override
  public boolean hasNext() {
    return calls.callBack(images::hasNext);
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
