package io.imagestore.loader;

import io.imagestore.ShapeMismatchException;
import org.jspecify.annotations.Nullable;

/**
 * The batches that a loader fills again and again. Their memory is taken once, when the first image
 * is done and tells how large it is.
 */
final class Ring {

  private final Slot[] slots;
  private final int batchSize;
  private volatile @Nullable TensorSpec spec;
  private long firstId;

  Ring(int size, Layout layout, int batchSize) {
    this.batchSize = batchSize;
    slots = new Slot[size];
    for (int i = 0; i < size; i++) {
      slots[i] = new Slot(layout, batchSize);
    }
  }

  int size() {
    return slots.length;
  }

  /** The slot that a batch of an epoch is made in. */
  Slot slot(long number) {
    return slots[(int) (number % slots.length)];
  }

  void clear() {
    for (Slot slot : slots) {
      slot.forget();
    }
  }

  /**
   * What all images are like; the first one decides.
   *
   * @throws ShapeMismatchException if this one is different
   * @throws IllegalArgumentException if a batch of such images is too large
   */
  TensorSpec specFor(Sample sample, long id) {
    TensorSpec known = spec;
    if (known == null) {
      known = decide(sample, id);
    }
    if (!known.fits(sample)) {
      throw new ShapeMismatchException(
          "Image %d is %s when it comes into the batch, but image %d was %s; let a transform make them alike, such as resize, centerCrop or randomResizedCrop for the size, toRgb or grayscale for the channels, toFloat for the type"
              .formatted(id, TensorSpec.of(sample), firstId, known));
    }
    return known;
  }

  private synchronized TensorSpec decide(Sample sample, long id) {
    TensorSpec known = spec;
    if (known == null) {
      known = TensorSpec.of(sample);
      allocate(known);
      firstId = id;
      spec = known;
    }
    return known;
  }

  private void allocate(TensorSpec known) {
    if (known.bytesAnImage() > Integer.MAX_VALUE / batchSize) {
      throw new IllegalArgumentException(
          "A batch of %d images of %s takes more than the 2 GiB that a buffer can hold; make it smaller"
              .formatted(batchSize, known));
    }
    for (Slot slot : slots) {
      slot.batch.allocate(known);
    }
  }
}
