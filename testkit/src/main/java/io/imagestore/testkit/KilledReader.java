package io.imagestore.testkit;

import io.imagestore.ImageSource;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Opens a store to read, reads {@link ImageGroups} from it, closes it, until it is killed. */
final class KilledReader {

  private final SplittableRandom random;

  private KilledReader(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * Reads. Ends by itself only if something is wrong.
   *
   * @param args provider class, store, seed
   */
  public static void main(String[] args) {
    ImageStoreProvider provider = Providers.named(args[0]);
    KilledReader reader = new KilledReader(Long.parseLong(args[2]));
    while (true) {
      try (ImageSource store = provider.openReadOnly(Path.of(args[1]), StoreOptions.defaults())) {
        reader.read(store);
      }
      System.out.println("read");
    }
  }

  private void read(ImageSource store) {
    for (int reads = 1 + random.nextInt(random.nextInt(4) == 0 ? 1000 : 30); reads > 0; reads--) {
      switch (random.nextInt(32)) {
        case 0 -> checkIds(store.ids());
        case 1 -> checkStream(store);
        case 2, 3, 4 ->
            checkOneLabel(store.labels(ImageGroups.ids(random.nextInt(ImageGroups.GROUPS))));
        case 5, 6, 7, 8 ->
            store
                .find(ImageGroups.FIRST_SINGLE + random.nextInt(ImageGroups.SINGLES))
                .ifPresent(KilledReader::check);
        default -> checkGroup(store, random.nextInt(ImageGroups.GROUPS));
      }
    }
  }

  private static void checkGroup(ImageSource store, int group) {
    List<LabeledImage> images = store.readImages(ImageGroups.ids(group));
    images.forEach(KilledReader::check);
    checkOneLabel(images.stream().mapToInt(LabeledImage::label).toArray());
  }

  private static void checkOneLabel(int[] labels) {
    require(
        Arrays.stream(labels).distinct().count() == 1,
        "a mixture of states: labels " + Arrays.toString(labels));
  }

  private static void checkStream(ImageSource store) {
    try (Stream<LabeledImage> images = store.stream()) {
      images.forEach(KilledReader::check);
    }
  }

  private static void checkIds(long[] ids) {
    int grouped = ImageGroups.GROUPS * ImageGroups.GROUP;
    require(ids.length >= grouped, "only " + ids.length + " ids");
    for (int i = 0; i < ids.length; i++) {
      boolean right =
          i < grouped
              ? ids[i] == i
              : ids[i] > ids[i - 1]
                  && ids[i] >= ImageGroups.FIRST_SINGLE
                  && ids[i] < ImageGroups.FIRST_SINGLE + ImageGroups.SINGLES;
      require(right, "id " + ids[i] + " at place " + i);
    }
  }

  private static void check(LabeledImage image) {
    require(ImageGroups.isRight(image), image + " was never stored");
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
