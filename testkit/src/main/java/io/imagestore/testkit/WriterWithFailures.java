package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes to a store whose system calls may fail, and tells what became of each of its calls. */
final class WriterWithFailures {

  /** What is told where the store can't be opened, however often that is tried. */
  static final String GIVEN_UP = "given up";

  private static final int OPENINGS_AT_MOST = 40;

  private final String provider;
  private final Path path;
  private @Nullable ImageStore store;
  private int openings;

  private WriterWithFailures(String provider, Path path) {
    this.provider = provider;
    this.path = path;
  }

  /** Few and small images, so that each is written over again and again. */
  static RandomOperations operations(long seed, ImageStore store) {
    return new RandomOperations(
        seed, 24, 9, new ImageShape(20, 21, 3), store.info().capabilities());
  }

  /**
   * Writes.
   *
   * @param args provider class, store, seed, number of operations
   */
  public static void main(String[] args) {
    WriterWithFailures writer = new WriterWithFailures(args[0], Path.of(args[1]));
    for (int operation = 0; operation < Integer.parseInt(args[3]); operation++) {
      writer.apply(operation, Long.parseLong(args[2]));
    }
    writer.close();
  }

  private void apply(int operation, long seed) {
    ImageStore opened = opened();
    try {
      operations(seed, opened).apply(operation, opened);
      System.out.println("stored " + operation);
    } catch (ImageStoreException e) {
      String message = String.valueOf(e.getMessage());
      boolean undone = message.contains("the store is as it was before this call");
      boolean open = message.contains("whether this call is stored");
      boolean stored = !undone && !open && message.contains("this call is stored");
      String outcome = undone ? "undone " : stored ? "stored " : open ? "perhaps " : "unknown ";
      System.out.println(outcome + operation + " " + e);
      if (message.contains("open it again") || message.contains("open it anew")) {
        close();
      }
    }
  }

  private ImageStore opened() {
    ImageStore opened = store;
    while (opened == null) {
      try {
        openings++;
        opened = Providers.named(provider).open(path, StoreOptions.defaults());
      } catch (ImageStoreException e) {
        System.out.println("opening failed: " + e);
        if (openings == OPENINGS_AT_MOST) { // what fails is counted anew in each new thread
          System.out.println(GIVEN_UP);
          System.exit(0);
        }
      }
    }
    store = opened;
    return opened;
  }

  private void close() {
    try {
      if (store != null) {
        store.close();
      }
    } catch (ImageStoreException e) {
      System.out.println("opening is needed: " + e);
    }
    store = null;
  }
}
