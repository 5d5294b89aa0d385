package io.imagestore.spi;

import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** The images of a batch, one by one. */
final class BatchIterator implements Iterator<LabeledImage> {

  private final ImageBatch batch;
  private int next;

  BatchIterator(ImageBatch batch) {
    this.batch = batch;
  }

  @Override
  public boolean hasNext() {
    return next < batch.size();
  }

  @Override
  public LabeledImage next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the batch holds " + batch.size() + " images");
    }
    int i = next++;
    return new LabeledImage(batch.id(i), batch.image(i), batch.label(i));
  }
}
