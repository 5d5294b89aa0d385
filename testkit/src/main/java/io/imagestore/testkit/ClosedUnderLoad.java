package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Closes a store under many threads that read and write, again and again. Ends with 0 only if each
 * of them was told.
 */
final class ClosedUnderLoad {

  static final int THREADS = 16;

  private static final ImageShape SHAPE = new ImageShape(24, 24, 3);
  private static final int IDS = 500;

  private ClosedUnderLoad() {}

  /**
   * Runs the rounds.
   *
   * @param args provider class, a folder for the stores, rounds
   */
  public static void main(String[] args) throws InterruptedException, ExecutionException {
    ImageStoreProvider provider = Providers.named(args[0]);
    int rounds = Integer.parseInt(args[2]);
    for (int round = 0; round < rounds; round++) {
      closeUnderLoad(
          provider.open(Path.of(args[1], "round-" + round), StoreOptions.defaults()), round);
      System.out.println("round " + round);
    }
  }

  private static void closeUnderLoad(ImageStore store, int round)
      throws InterruptedException, ExecutionException {
    store.putBatch(SampleImages.stream(0, IDS, SHAPE, round));
    // Each thread counts down some way into its work, so that close meets all of them busy.
    CountDownLatch busy = new CountDownLatch(THREADS);
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> threads = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      SplittableRandom random = new SplittableRandom(1000L * round + thread);
      threads.add(executor.submit(() -> workUntilClosed(store, random, busy)));
    }
    busy.await();
    store.close();
    for (Future<?> thread : threads) {
      thread.get();
    }
    executor.shutdown();
  }

  private static void workUntilClosed(
      ImageStore store, SplittableRandom random, CountDownLatch busy) {
    int warmUp = random.nextInt(20);
    try {
      for (int turn = 0; ; turn++) {
        if (turn == warmUp) {
          busy.countDown();
        }
        work(store, random);
      }
    } catch (StoreClosedException e) {
      // What every thread is to end with; anything else fails its future.
    } finally {
      busy.countDown(); // in case it ended early, for which nobody shall wait
    }
  }

  private static void work(ImageStore store, SplittableRandom random) {
    long id = random.nextInt(IDS);
    switch (random.nextInt(8)) {
      case 0 -> {
        LabeledImage image = SampleImages.labeled(id, SHAPE, random.nextLong());
        store.put(id, image.image(), image.label());
      }
      case 1 -> store.putBatch(SampleImages.stream(IDS, 20, SHAPE, random.nextLong()));
      case 2 -> store.readBatch(id, 50);
      case 3 -> store.readBatch(new long[] {id, 0, IDS - 1});
      case 4 -> {
        try (Stream<LabeledImage> images = store.stream()) {
          for (Iterator<LabeledImage> i = images.limit(30).iterator(); i.hasNext(); ) {
            i.next();
          }
        }
      }
      case 5 -> store.info();
      default -> store.get(id);
    }
  }
}
