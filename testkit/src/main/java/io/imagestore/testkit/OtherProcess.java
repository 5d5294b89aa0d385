package io.imagestore.testkit;

import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Opens a store in another process and tells what it holds, or the exception and its message. */
final class OtherProcess {

  private OtherProcess() {}

  /**
   * Opens the store and adds up what it holds.
   *
   * @param args provider class, store, {@code read} or {@code write}
   */
  public static void main(String[] args) {
    ImageStoreProvider provider = Providers.named(args[0]);
    try (ImageSource store = open(provider, Path.of(args[1]), args[2].equals("write"));
        Stream<LabeledImage> images = store.stream()) {
      System.out.println(digest(images));
    } catch (ImageStoreException e) {
      System.out.println(e.getClass().getSimpleName());
      System.out.println(e.getMessage());
    }
  }

  private static ImageSource open(ImageStoreProvider provider, Path path, boolean toWrite) {
    StoreOptions options = StoreOptions.defaults();
    return toWrite ? provider.open(path, options) : provider.openReadOnly(path, options);
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
