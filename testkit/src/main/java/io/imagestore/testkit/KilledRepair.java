package io.imagestore.testkit;

import io.imagestore.ImageStore;
import io.imagestore.RepairPolicy;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;

/** Repairs a store for as long as it lives. */
final class KilledRepair {

  private KilledRepair() {}

  /**
   * Repairs.
   *
   * @param args provider class, store
   */
  public static void main(String[] args) {
    ImageStoreProvider provider = Providers.named(args[0]);
    System.out.println("begun");
    try (ImageStore store = provider.open(Path.of(args[1]), StoreOptions.defaults())) {
      store.repair(RepairPolicy.dropDamaged());
    }
  }
}
