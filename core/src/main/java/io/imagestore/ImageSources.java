package io.imagestore;

import io.imagestore.spi.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Sources made of others. Each keeps the rules of {@link ImageSource}, so far as the sources that
 * it is made of keep them; it doesn't close these, which have to stay open as long as it is used.
 *
 * <p>What {@link #concat} and {@link #subset} hold is fixed when they are made. An image that is
 * deleted from its source later stays in their {@code ids} and {@code size}, and is missing when it
 * is read.
 */
public final class ImageSources {

  private static final String IN_MEMORY = "InMemorySource";

  private ImageSources() {}

  /**
   * Several sources as one, which holds the images that they hold now. They are numbered anew, from
   * 0 on without gaps: those of the first source in their order, then those of the second, and so
   * on. So a source may stand there twice.
   *
   * <p>A loader mixes them by the order {@code Order.mixed(seed, sizes, shares, draws)}.
   *
   * <p>A call sees a state of each source, but not one moment of all. A missing or damaged image is
   * named by its new id; the cause names the store that it lies in, and its id there. One whose
   * stored file can't be decoded is named by its new id alone.
   *
   * @param sources at least one
   * @return a source that takes 8 bytes of memory an image
   * @throws IllegalArgumentException if there are no sources, or they hold more than 2^31 - 9
   *     images together
   */
  public static ImageSource concat(List<? extends ImageSource> sources) {
    return DerivedSource.concat(List.copyOf(sources));
  }

  /**
   * A part of a source, under the ids that its images have there.
   *
   * @param source the whole
   * @param ids which images, in any order; copied
   * @return a source that takes 8 bytes of memory an image
   * @throws ImageNotFoundException if the whole holds no image of one of the ids
   * @throws IllegalArgumentException if an id stands there twice
   */
  public static ImageSource subset(ImageSource source, long... ids) {
    return DerivedSource.subset(source, ids.clone());
  }

  /**
   * A copy in memory of what a source holds now; encoded images stay encoded. The memory lies
   * outside of the heap, and is given back when the copy is garbage. The JVM limits it to the size
   * of the heap, unless {@code -XX:MaxDirectMemorySize} says otherwise.
   *
   * @param source is read once, as {@link ImageSource#stream()} does
   * @return a source that doesn't need the other one
   * @throws CorruptImageException if an image is damaged
   * @throws OutOfMemoryError if there isn't enough memory
   */
  public static ImageSource inMemory(ImageSource source) {
    return Stores.source(IN_MEMORY, MemoryReader.of(source));
  }

  /**
   * Images that needn't be stored, as a source: copied, as {@link #inMemory(ImageSource)} does it.
   *
   * @param images in any order
   * @return a source whose location is called {@code memory}
   * @throws IllegalArgumentException if two have the same id
   * @throws OutOfMemoryError if there isn't enough memory
   */
  public static ImageSource inMemory(List<LabeledImage> images) {
    List<LabeledImage> ordered = new ArrayList<>(images);
    ordered.sort(Comparator.comparingLong(LabeledImage::id));
    for (int i = 1; i < ordered.size(); i++) {
      long id = ordered.get(i).id();
      if (id == ordered.get(i - 1).id()) {
        throw new IllegalArgumentException("There are two images with the id " + id);
      }
    }
    StoreInfo nothing = new StoreInfo("memory", Path.of("memory"), 0, 0, List.of(), Set.of());
    return Stores.source(IN_MEMORY, MemoryReader.of(ordered.stream(), nothing));
  }
}
