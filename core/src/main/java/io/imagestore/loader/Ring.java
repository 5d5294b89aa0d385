package io.imagestore.loader;

import io.imagestore.ShapeMismatchException;
import org.jspecify.annotations.Nullable;

/**
 * The batches that a loader fills again and again. Their memory is taken once, when the first image
 * is done and tells how large it is; that of mixed shapes when an image is larger than those before
 * in its place.
 */
final class Ring {

  private final Slot[] slots;
  private final int batchSize;
  private final boolean mixedShapes;
  private volatile @Nullable TensorSpec spec;
  private long firstId;

  Ring(int size, Settings settings) {
    batchSize = settings.batchSize();
    mixedShapes = settings.mixedShapes();
    slots = new Slot[size];
    for (int i = 0; i < size; i++) {
      TensorBatch batch =
          new TensorBatch(settings.layout(), batchSize, mixedShapes, settings.allocator());
      slots[i] = new Slot(batch, batchSize);
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
   * What an image is like. All have to be as the first one, of mixed shapes the type alone.
   *
   * @throws ShapeMismatchException if this one is different
   * @throws IllegalArgumentException if a batch of such images is too large
   */
  TensorSpec specFor(Sample sample, long id) {
    TensorSpec known = spec;
    if (known == null) {
      known = decide(sample, id);
    }
    TensorSpec own = mixedShapes ? TensorSpec.of(sample) : known;
    if (own.type() != known.type() || !own.fits(sample)) {
      throw new ShapeMismatchException(
          "Image %d is %s when it comes into the batch, but image %d was %s; let a transform make them alike, such as resize, centerCrop or randomResizedCrop for the size, toRgb or grayscale for the channels, toFloat for the type"
              .formatted(id, TensorSpec.of(sample), firstId, known));
    }
    if (own.bytesAnImage() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Image %d of %s takes more than the 2 GiB that a buffer can hold".formatted(id, own));
    }
    return own;
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
    if (!mixedShapes && known.bytesAnImage() > Integer.MAX_VALUE / batchSize) {
      throw new IllegalArgumentException(
          "A batch of %d images of %s takes more than the 2 GiB that a buffer can hold; make it smaller"
              .formatted(batchSize, known));
    }
    for (Slot slot : slots) {
      slot.batch.allocate(known);
    }
  }
}
