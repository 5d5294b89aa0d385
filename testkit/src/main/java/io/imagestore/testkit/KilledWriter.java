package io.imagestore.testkit;

import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import java.nio.file.Path;

/** Writes until it is killed, telling each call that has returned. */
final class KilledWriter {

  private KilledWriter() {}

  /**
   * Writes.
   *
   * @param args provider class, store, seed
   */
  public static void main(String[] args) {
    try (ImageStore store =
        Providers.named(args[0]).open(Path.of(args[1]), StoreOptions.defaults())) {
      RandomOperations operations =
          new RandomOperations(Long.parseLong(args[2]), store.info().capabilities());
      for (int operation = 0; ; operation++) {
        operations.apply(operation, store);
        System.out.println("done " + operation);
      }
    }
  }
}
