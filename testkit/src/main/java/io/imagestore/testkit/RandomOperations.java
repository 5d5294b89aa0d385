package io.imagestore.testkit;

import io.imagestore.Capability;
import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.SampleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A sequence of writes decided by a seed, applied to a store in one process and to a model of it in
 * another. Ids are few, so that images are replaced and deleted often. The images are of each kind
 * that the store declares to hold: encoded ones and those with metadata among them.
 */
final class RandomOperations {

  private final long seed;
  private final int ids;
  private final int largestBatch;
  private final ImageShape shape;
  private final boolean encoded;
  private final boolean uint16;
  private final boolean metadata;

  /** Some hundred images. */
  RandomOperations(long seed, Set<Capability> capabilities) {
    this(seed, 300, 120, new ImageShape(16, 16, 3), capabilities);
  }

  RandomOperations(
      long seed, int ids, int largestBatch, ImageShape shape, Set<Capability> capabilities) {
    this.seed = seed;
    this.ids = ids;
    this.largestBatch = largestBatch;
    this.shape = shape;
    boolean mixed = capabilities.contains(Capability.MIXED_SHAPES);
    encoded = mixed && capabilities.contains(Capability.ENCODED);
    uint16 = mixed && capabilities.contains(Capability.UINT16);
    metadata = capabilities.contains(Capability.METADATA);
  }

  /** Performs one operation, which is one atomic call. */
  void apply(int operation, ImageStore store) {
    SplittableRandom random = randomOf(operation);
    switch (random.nextInt(4)) {
      case 0 -> store.put(image(operation, random));
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
    LabeledImage raw = SampleImages.labeled(random.nextInt(ids), shape, operation);
    Image image = ofSomeKind(raw.image(), operation, random);
    LabeledImage labeled = new LabeledImage(raw.id(), image, raw.label());
    return metadata && random.nextBoolean() ? labeled.withMetadata(json(random)) : labeled;
  }

  private Image ofSomeKind(Image raw, int operation, SplittableRandom random) {
    int kind = random.nextInt(8);
    if (encoded && kind < 2) {
      String format = kind == 0 ? "png" : "jpeg";
      return SampleImages.encoded(format, shape.height(), shape.width(), operation);
    }
    if (uint16 && kind == 2) {
      ImageShape deep =
          new ImageShape(shape.height(), shape.width(), shape.channels(), SampleType.UINT16);
      return SampleImages.noise(deep, operation);
    }
    return raw;
  }

  /** Mostly short, sometimes more than a page of a disk. */
  private static String json(SplittableRandom random) {
    int length = random.nextInt(random.nextInt(6) == 0 ? 6000 : 40);
    return "{\"file\": \"hästar/"
        + random.nextInt(100)
        + ".jpg\", \"note\":\""
        + "n".repeat(length)
        + "\"}";
  }
}
