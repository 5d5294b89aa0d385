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
   * @param args provider class, store, seed, number of the first operation
   */
  public static void main(String[] args) {
    System.out.println("begun");
    try (ImageStore store =
        Providers.named(args[0]).open(Path.of(args[1]), StoreOptions.defaults())) {
      RandomOperations operations =
          new RandomOperations(Long.parseLong(args[2]), store.info().capabilities());
      for (int operation = Integer.parseInt(args[3]); ; operation++) {
        operations.apply(operation, store);
        if (operation % 4 == 3) {
          store.flush();
        }
        System.out.println("done " + operation);
      }
    }
  }
}
