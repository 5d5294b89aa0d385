package io.imagestore.spi;

import io.imagestore.LabeledImage;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Names the place of a null in a batch, before a backend stumbles over it. */
final class NonNullIterator implements Iterator<LabeledImage> {

  private final Iterator<? extends @Nullable LabeledImage> images;
  private long place;

  NonNullIterator(Iterator<? extends @Nullable LabeledImage> images) {
    this.images = images;
  }

  @Override
  public boolean hasNext() {
    return images.hasNext();
  }

  @Override
  public LabeledImage next() {
    LabeledImage image = images.next();
    if (image == null) {
      throw new NullPointerException("the image at place " + place + " of the batch is null");
    }
    place++;
    return image;
  }
}
