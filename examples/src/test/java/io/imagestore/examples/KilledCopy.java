package io.imagestore.examples;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.Progress;
import io.imagestore.StoreOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Copies until it is killed, which is to be before the end: it never gets there. */
final class KilledCopy {

  private KilledCopy() {}

  /**
   * Copies.
   *
   * @param args source, backend of the destination, destination
   */
  public static void main(String[] args) {
    try (ImageSource source = ImageStores.open(Path.of(args[0]));
        ImageStore destination =
            ImageStores.open(args[1], Path.of(args[2]), StoreOptions.defaults())) {
      ImageStores.copy(source, destination, new Reports());
    }
  }

  /** Tells the first batch, and waits after the second, should the kill take that long. */
  private static final class Reports implements Progress {
    private boolean told;

    @Override
    public void advanced(long copied, long total) {
      if (!told) {
        System.out.println(copied);
        told = true;
        return;
      }
      try {
        System.in.read(); // nothing comes until the test ends
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
