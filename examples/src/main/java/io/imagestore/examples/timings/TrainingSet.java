package io.imagestore.examples.timings;

import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.LabeledImage;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The images that every measurement stores and reads, held in memory. Image number {@code i} of the
 * experiment has the id {@code i}; beyond the set's size the set begins again.
 */
public final class TrainingSet {
  private final List<LabeledImage> images;
  private @Nullable ImageBatch batch;

  private TrainingSet(List<LabeledImage> images) {
    this.images = images;
  }

  /**
   * Takes the first images of a data set.
   *
   * @param images images of one shape; closed afterwards
   * @param limit how many to keep at most
   * @throws IllegalArgumentException when there is none
   */
  public static TrainingSet of(Stream<LabeledImage> images, int limit) {
    try (images) {
      List<LabeledImage> kept = images.limit(limit).toList();
      if (kept.isEmpty()) {
        throw new IllegalArgumentException("the data set holds no training image");
      }
      return new TrainingSet(kept);
    }
  }

  /** How many images there are before they begin again. */
  public int size() {
    return images.size();
  }

  /** The shape of each image. */
  public ImageShape shape() {
    return images.get(0).image().shape();
  }

  LabeledImage image(long id) {
    LabeledImage original = original(id);
    return new LabeledImage(id, original.image(), original.label());
  }

  /** The first images, in one batch; the same one until another number is asked for. */
  ImageBatch batch(int count) {
    if (batch == null || batch.size() != count) {
      batch = null; // two large ones may be too many
      ImageBatch first = ImageBatch.allocate(shape(), count);
      images(0, count, () -> {}).forEach(first::add);
      batch = first;
    }
    return batch;
  }

  /** The images {@code from} to {@code to}, exclusive; {@code onEach} is run before each. */
  Iterable<LabeledImage> images(int from, int to, Runnable onEach) {
    return () -> iterator(from, to, onEach);
  }

  private Iterator<LabeledImage> iterator(int from, int to, Runnable onEach) {
    return IntStream.range(from, to)
        .mapToObj(
            id -> {
              onEach.run();
              return image(id);
            })
        .iterator();
  }

  /**
   * Compares an image that was read with the one that was stored.
   *
   * @throws CheckFailedException when pixels, label or id differ
   */
  void check(String backend, LabeledImage read, long id) {
    LabeledImage expected = image(id);
    if (!expected.equals(read)) {
      throw new CheckFailedException(
          "%s: image %d was stored with label %d and read back as image %d with label %d%s"
              .formatted(
                  backend,
                  id,
                  expected.label(),
                  read.id(),
                  read.label(),
                  expected.image().equals(read.image()) ? "" : " and with other pixels"));
    }
  }

  /**
   * Compares the images that were read with those that were stored under {@code ids}.
   *
   * @throws CheckFailedException naming the first that differs
   */
  void check(String backend, ImageBatch read, long[] ids) {
    if (read.size() != ids.length) {
      throw new CheckFailedException(
          "%s: %d images were asked for, and %d read".formatted(backend, ids.length, read.size()));
    }
    int imageBytes = (int) shape().byteCount();
    ByteBuffer pixels = read.pixels();
    ByteBuffer expected = ByteBuffer.allocate(imageBytes);
    for (int i = 0; i < ids.length; i++) {
      LabeledImage original = original(ids[i]);
      original.image().copyTo(expected.clear());
      boolean same =
          read.id(i) == ids[i]
              && read.label(i) == original.label()
              && pixels.slice(i * imageBytes, imageBytes).equals(expected.flip());
      if (!same) {
        check(backend, new LabeledImage(read.id(i), read.image(i), read.label(i)), ids[i]);
      }
    }
  }

  private LabeledImage original(long id) {
    return images.get((int) (id % images.size()));
  }
}
