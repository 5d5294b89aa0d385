package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store keeps to when many threads use it at once: their calls could have come one after the
 * other, and when one of them closes it, all others are told soon. A backend's test extends this
 * class.
 *
 * <p>{@code -Dtrials=1000} runs the long form: as many histories, and a fifth as many closings.
 * {@code -Dseed} with the number that is printed makes the same calls again; how threads take turns
 * is the system's business.
 */
@Timeout(7200)
public abstract class LoadContract {

  private static final int TRIALS = Integer.getInteger("trials", 5);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  private static final int CLOSINGS = Math.max(1, TRIALS / 5);
  private static final int PLATFORM_THREADS = 32;
  private static final int VIRTUAL_THREADS = 10_000;
  private static final int PLATFORM_THREADS_INSTEAD = 64;

  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  private static final int THREADS = 4;
  private static final int CALLS = 6;
  private static final int IMAGES = 4;

  private final SplittableRandom random = new SplittableRandom(SEED);

  @TempDir Path folder;

  /** For subclasses. */
  protected LoadContract() {}

  /**
   * The backend under test.
   *
   * @return a public class with a public constructor without parameters
   */
  protected abstract ImageStoreProvider provider();

  @BeforeEach
  void tellTheSeed() {
    System.out.println(TRIALS + " trials with -Dseed=" + SEED); // before it can fail
  }

  // Closing.

  @Test
  void threadsThatUseAStoreAreToldSoonThatItIsClosed() {
    closeUnderLoad(PLATFORM_THREADS, false);
  }

  /** Before Java 21 fewer platform threads take their place. */
  @Test
  void tenThousandVirtualThreadsThatUseAStoreAreToldSoonThatItIsClosed() {
    closeUnderLoad(OneThreadATask.isVirtual() ? VIRTUAL_THREADS : PLATFORM_THREADS_INSTEAD, true);
  }

  private void closeUnderLoad(int threads, boolean virtual) {
    try (ChildJvm child =
        ChildJvm.start(
            List.of("-Xmx512m"),
            ClosedUnderLoad.class,
            provider().getClass().getName(),
            folder.resolve("store"),
            CLOSINGS,
            threads,
            virtual,
            SEED)) {
      assertThat(child.succeed()).contains("round " + (CLOSINGS - 1)).endsWith("clean");
    }
  }

  // Calls at once.

  @Test
  void callsOfManyThreadsCouldHaveComeOneAfterTheOther() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    try (ImageStore store = provider().open(folder.resolve("store"), StoreOptions.defaults())) {
      for (int trial = 0; trial < TRIALS; trial++) {
        History history = new History(store, (long) trial * IMAGES);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Future<?>> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          SplittableRandom own = random.split();
          threads.add(
              executor.submit(
                  () -> {
                    start.await();
                    for (int call = 0; call < CALLS; call++) {
                      history.call(own);
                    }
                    return null;
                  }));
        }
        for (Future<?> thread : threads) {
          thread.get();
        }
        history.get(0, IMAGES); // what is there at the end
        assertThat(history.calls.isLinearizable())
            .as("history %d can't have come one after the other:%n%s", trial, history.calls)
            .isTrue();
      }
    } finally {
      executor.shutdown();
    }
  }

  /** Calls about a few images that weren't there before. An image's label is its version. */
  private static final class History {
    private final CallHistory calls = new CallHistory(IMAGES);
    private final ImageStore store;
    private final long first;
    private final AtomicInteger versions = new AtomicInteger();

    History(ImageStore store, long first) {
      this.store = store;
      this.first = first;
    }

    void call(SplittableRandom random) {
      int from = random.nextInt(IMAGES);
      int to = from + 1 + random.nextInt(IMAGES - from);
      switch (random.nextInt(8)) {
        case 0 -> put(from);
        case 1, 2, 3 -> putBatch(from, to);
        case 4 -> delete(from);
        case 5 -> get(from, from + 1);
        case 6 -> ids();
        default -> readAll(from, to);
      }
    }

    private LabeledImage image(int image, int version) {
      long id = first + image;
      return new LabeledImage(id, SampleImages.noise(SHAPE, 31 * id + version), version);
    }

    private void put(int image) {
      int version = versions.incrementAndGet();
      CallHistory.Call call = calls.begin("put").writes(image, version);
      store.put(image(image, version));
      call.end();
    }

    private void putBatch(int from, int to) {
      int version = versions.incrementAndGet();
      CallHistory.Call call = calls.begin("putBatch");
      List<LabeledImage> images = new ArrayList<>();
      for (int image = from; image < to; image++) {
        images.add(image(image, version));
        call.writes(image, version);
      }
      store.putBatch(images);
      call.end();
    }

    private void delete(int image) {
      CallHistory.Call call = calls.begin("delete").writes(image, CallHistory.ABSENT);
      boolean wasThere = store.delete(first + image);
      call.sees(image, wasThere ? CallHistory.PRESENT : CallHistory.ABSENT);
      call.end();
    }

    /** Each in a call of its own. */
    void get(int from, int to) {
      for (int image = from; image < to; image++) {
        CallHistory.Call call = calls.begin("find");
        Optional<LabeledImage> found = store.find(first + image);
        call.sees(image, found.map(LabeledImage::label).orElse(CallHistory.ABSENT));
        call.end();
        found.ifPresent(this::check);
      }
    }

    private void ids() {
      CallHistory.Call call = calls.begin("ids");
      long[] ids = store.ids();
      for (int image = 0; image < IMAGES; image++) {
        boolean there = Arrays.binarySearch(ids, first + image) >= 0;
        call.sees(image, there ? CallHistory.PRESENT : CallHistory.ABSENT);
      }
      call.end();
    }

    /** All in one call. */
    private void readAll(int from, int to) {
      CallHistory.Call call = calls.begin("readImages");
      try {
        List<LabeledImage> found =
            store.readImages(LongStream.range(first + from, first + to).toArray());
        for (LabeledImage image : found) {
          call.sees((int) (image.id() - first), image.label());
          check(image);
        }
      } catch (ImageNotFoundException e) {
        call.sees((int) (e.id() - first), CallHistory.ABSENT);
      }
      call.end();
    }

    private void check(LabeledImage found) {
      assertThat(found).isEqualTo(image((int) (found.id() - first), found.label()));
    }
  }
}
