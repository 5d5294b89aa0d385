package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreClosedException;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Closes a store under many threads that read and write, again and again. Ends with 0 only if each
 * of them was told, and soon.
 */
final class ClosedUnderLoad {

  private static final ImageShape SHAPE = new ImageShape(24, 24, 3);
  private static final int IDS = 500;

  /** More would only wait for each other. */
  private static final int WRITERS = 32;

  /** More than these read little at a time, and are closed soon, for memory's and time's sake. */
  private static final int FEW = 50;

  private static final Duration SOON = Duration.ofSeconds(5);

  private ClosedUnderLoad() {}

  /**
   * Runs the rounds.
   *
   * @param args provider class, store, rounds, threads, whether they are virtual, seed
   */
  public static void main(String[] args)
      throws InterruptedException, ExecutionException, TimeoutException {
    ImageStoreProvider provider = Providers.named(args[0]);
    Path path = Path.of(args[1]);
    int threads = Integer.parseInt(args[3]);
    boolean virtual = Boolean.parseBoolean(args[4]);
    long seed = Long.parseLong(args[5]);
    for (int round = 0; round < Integer.parseInt(args[2]); round++) {
      ExecutorService executor =
          virtual ? OneThreadATask.executor() : Executors.newFixedThreadPool(threads);
      closeUnderLoad(
          provider.open(path, StoreOptions.defaults()),
          executor,
          threads,
          new SplittableRandom(seed + round));
      executor.shutdown();
      System.out.println("round " + round);
    }
    try (ImageStore store = provider.open(path, StoreOptions.defaults())) {
      System.out.println(store.verify().isClean() ? "clean" : "damaged: " + store.verify());
    }
  }

  private static void closeUnderLoad(
      ImageStore store, ExecutorService executor, int threads, SplittableRandom random)
      throws InterruptedException, ExecutionException, TimeoutException {
    store.putBatch(SampleImages.stream(0, IDS, SHAPE, random.nextLong()));
    // Each thread counts down some way into its work, so that close meets all of them busy.
    CountDownLatch busy = new CountDownLatch(threads);
    List<Future<Long>> ends = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      Load load = new Load(store, thread < WRITERS, threads <= FEW, random.split());
      ends.add(executor.submit(() -> load.runUntilClosed(busy)));
    }
    busy.await();
    long begun = System.nanoTime();
    store.close();
    requireSoon("close", System.nanoTime() - begun);
    for (Future<Long> end : ends) {
      requireSoon("a thread", end.get(1, TimeUnit.MINUTES) - begun);
    }
  }

  private static void requireSoon(String what, long nanos) {
    if (nanos > SOON.toNanos()) {
      throw new AssertionError(what + " took " + Duration.ofNanos(nanos) + " to end");
    }
  }

  /** What one thread does. */
  private static final class Load {
    private final ImageStore store;
    private final boolean writes;
    private final boolean few;
    private final SplittableRandom random;

    Load(ImageStore store, boolean writes, boolean few, SplittableRandom random) {
      this.store = store;
      this.writes = writes;
      this.few = few;
      this.random = random;
    }

    /** Gives the time of its end, as {@link System#nanoTime} has it. */
    long runUntilClosed(CountDownLatch busy) {
      int warmUp = few ? random.nextInt(10) : 0;
      try {
        for (int turn = 0; ; turn++) {
          if (turn == warmUp) {
            busy.countDown();
          }
          call();
          LockSupport.parkNanos(1); // virtual threads that only compute never take turns
        }
      } catch (StoreClosedException e) {
        return System.nanoTime(); // what every thread is to end with; else its future fails
      } finally {
        busy.countDown(); // in case it ended early, for which nobody shall wait
      }
    }

    private void call() {
      long id = random.nextInt(IDS);
      switch (random.nextInt(writes ? 0 : 3, few ? 10 : 9)) {
        case 0 -> {
          LabeledImage image = SampleImages.labeled(id, SHAPE, random.nextLong());
          store.put(id, image.image(), image.label());
        }
        case 1 -> store.putBatch(SampleImages.stream(IDS, 20, SHAPE, random.nextLong()));
        case 2 -> store.delete(IDS + random.nextInt(20));
        case 3 -> store.readBatch(id, few ? 50 : 2);
        case 4 -> store.readBatch(new long[] {id, 0, IDS - 1});
        case 5 -> store.label(id);
        case 9 -> {
          try (Stream<LabeledImage> images = store.stream()) {
            for (Iterator<LabeledImage> i = images.limit(30).iterator(); i.hasNext(); ) {
              i.next();
            }
          }
        }
        default -> store.get(id);
      }
    }
  }
}
