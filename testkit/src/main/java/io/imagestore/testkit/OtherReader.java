package io.imagestore.testkit;

import io.imagestore.Image;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.StoreOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Opens a store in another process and tells what happened, in one line. */
final class OtherReader {

  private OtherReader() {}

  /**
   * Opens the store and adds up what it holds.
   *
   * @param args provider class, store, mode
   */
  public static void main(String[] args) {
    StoreOptions options = StoreOptions.builder().mode(OpenMode.valueOf(args[2])).build();
    try (ImageStore store = Providers.named(args[0]).open(Path.of(args[1]), options);
        Stream<LabeledImage> images = store.stream()) {
      System.out.println(digest(images));
    } catch (ImageStoreException e) {
      System.out.println(e.getClass().getSimpleName());
    }
  }

  /** A number that stands for ids, pixels and labels in their order, the same in each process. */
  static String digest(Stream<LabeledImage> images) {
    long digest =
        images
            .mapToLong(image -> 31 * (31 * image.id() + digest(image.image())) + image.label())
            .reduce(1, (sum, next) -> 31 * sum + next);
    return "images " + digest;
  }

  /** Not the image's own hash code, for that of an enum differs between processes. */
  private static int digest(Image image) {
    return 31 * image.shape().toString().hashCode() + Arrays.hashCode(image.pixels());
  }
}
