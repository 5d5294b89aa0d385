package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A sequence of writes decided by a seed, applied to a store in one process and to a model of it in
 * another. Ids are few, so that images are replaced and deleted often.
 */
final class RandomOperations {

  private final long seed;
  private final int ids;
  private final int largestBatch;
  private final ImageShape shape;

  /** Some hundred images. */
  RandomOperations(long seed) {
    this(seed, 300, 120, new ImageShape(16, 16, 3));
  }

  RandomOperations(long seed, int ids, int largestBatch, ImageShape shape) {
    this.seed = seed;
    this.ids = ids;
    this.largestBatch = largestBatch;
    this.shape = shape;
  }

  /** Performs one operation, which is one atomic call. */
  void apply(int operation, ImageStore store) {
    SplittableRandom random = randomOf(operation);
    switch (random.nextInt(4)) {
      case 0 -> {
        LabeledImage image = image(operation, random);
        store.put(image.id(), image.image(), image.label());
      }
      case 1 -> store.delete(random.nextInt(ids));
      default -> store.putBatch(batch(operation, random));
    }
  }

  /** Does to a model what {@link #apply} does to a store. */
  void apply(int operation, SortedMap<Long, LabeledImage> model) {
    SplittableRandom random = randomOf(operation);
    switch (random.nextInt(4)) {
      case 0 -> {
        LabeledImage image = image(operation, random);
        model.put(image.id(), image);
      }
      case 1 -> model.remove((long) random.nextInt(ids));
      default -> batch(operation, random).forEach(image -> model.put(image.id(), image));
    }
  }

  /** What a store holds after the first operations. */
  SortedMap<Long, LabeledImage> modelAfter(int operations) {
    SortedMap<Long, LabeledImage> model = new TreeMap<>();
    for (int operation = 0; operation < operations; operation++) {
      apply(operation, model);
    }
    return model;
  }

  private SplittableRandom randomOf(int operation) {
    return new SplittableRandom(seed * 31 + operation);
  }

  private List<LabeledImage> batch(int operation, SplittableRandom random) {
    int size = 1 + random.nextInt(largestBatch);
    List<LabeledImage> images = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      images.add(image(operation, random));
    }
    return images;
  }

  private LabeledImage image(int operation, SplittableRandom random) {
    return SampleImages.labeled(random.nextInt(ids), shape, operation);
  }
}
