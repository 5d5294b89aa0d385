package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreFullException;
import io.imagestore.StoreOptions;
import java.nio.file.Path;

/** Stores an image there is no room for, then one there is room for, and tells what happened. */
final class LittleRoom {

  /**
   * What files may grow to; enough for native libraries to be unpacked, and for a backend that
   * makes its files grow in steps.
   */
  static final int MEBIBYTES = 40;

  static final LabeledImage SMALL = SampleImages.labeled(1, new ImageShape(8, 12, 3), 1);
  private static final LabeledImage LARGE =
      SampleImages.labeled(2, new ImageShape(4000, 3600, 3), 1);

  private LittleRoom() {}

  /**
   * Prints the message of the failure and the number of images after it.
   *
   * @param args provider class, store
   */
  public static void main(String[] args) {
    try (ImageStore store =
        Providers.named(args[0]).open(Path.of(args[1]), StoreOptions.defaults())) {
      try {
        store.put(LARGE.id(), LARGE.image(), LARGE.label());
        System.out.println("the large image was stored");
      } catch (StoreFullException e) {
        System.out.println(e.getMessage());
      }
      System.out.println(store.size());
      store.put(SMALL.id(), SMALL.image(), SMALL.label());
    }
  }
}
