package io.imagestore.testkit;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;

/** Copies a store, telling how far it is, for as long as it lives. */
final class KilledCopy {

  private KilledCopy() {}

  /**
   * Copies.
   *
   * @param args provider class, source, destination
   */
  public static void main(String[] args) {
    ImageStoreProvider provider = Providers.named(args[0]);
    try (ImageSource source = provider.openReadOnly(Path.of(args[1]), StoreOptions.defaults())) {
      System.out.println("begun");
      try (ImageStore copy = provider.open(Path.of(args[2]), StoreOptions.defaults())) {
        ImageStores.copy(source, copy, (done, total) -> System.out.println(done));
      }
    }
  }
}
