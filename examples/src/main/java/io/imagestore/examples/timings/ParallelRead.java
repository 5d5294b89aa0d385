package io.imagestore.examples.timings;

import io.imagestore.ImageBatch;
import io.imagestore.ImageStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Reads a store with several threads at once, in shuffled batches as a training loop does, alone or
 * beside a thread that goes on writing into the same store.
 *
 * <p>The images are read in rounds. The time runs while the threads read; between the rounds it
 * stands, and what was read is checked.
 */
final class ParallelRead implements AutoCloseable {
  private static final int MOST_IMAGES_A_BATCH = 128;
  private static final long BYTES_A_ROUND = 32L << 20;
  private static final int IMAGES_A_WRITE = 64;
  private static final int WRITER_IMAGES = 16 * IMAGES_A_WRITE;

  private final Bench bench;
  private final int count;
  private final int threads;
  private final boolean besideWriter;
  private final Path path;
  private final ImageStore store;
  private final ExecutorService pool;
  private final List<ImageBatch> batches;
  private final Stopwatch writing = new Stopwatch();
  private long written;

  /** Opens a fresh store. */
  ParallelRead(Bench bench, int count, int threads, boolean besideWriter) {
    this.bench = bench;
    this.count = count;
    this.threads = threads;
    this.besideWriter = besideWriter;
    this.path = bench.freshStore();
    this.store = bench.openToWrite(path);
    this.pool = Executors.newFixedThreadPool(threads + 1);
    this.batches = allocateBatches();
  }

  /** Stores the images to read, which isn't timed. */
  void store() {
    store.putBatch(bench.images(0, count));
    store.flush();
  }

  /** Reads every image once, in another order for each {@code seed}; gives the seconds it took. */
  double read(long seed) throws InterruptedException {
    long[][] idsOfBatches = shuffledBatches(seed);
    Stopwatch watch = new Stopwatch();
    for (int first = 0; first < idsOfBatches.length; first += batches.size()) {
      int last = Math.min(idsOfBatches.length, first + batches.size());
      readRound(Arrays.copyOfRange(idsOfBatches, first, last), watch);
    }
    checkWritten();
    return watch.seconds();
  }

  /** How many images a second the writer stored. */
  double writerImagesPerSecond() {
    return written / writing.seconds();
  }

  long bytes() {
    return bench.bytes(path);
  }

  @Override
  public void close() {
    pool.shutdown();
    store.close();
    bench.remove(path);
  }

  private int imagesABatch() {
    // With few images the batches are small, so that each thread gets some.
    return Math.max(1, Math.min(MOST_IMAGES_A_BATCH, count / (4 * threads)));
  }

  private List<ImageBatch> allocateBatches() {
    int images = imagesABatch();
    long most = BYTES_A_ROUND / (images * bench.imageBytes());
    int needed = (count + images - 1) / images;
    return IntStream.range(0, (int) Math.max(1, Math.min(most, needed)))
        .mapToObj(i -> bench.allocate(images))
        .toList();
  }

  private long[][] shuffledBatches(long seed) {
    long[] ids = LongStream.range(0, count).toArray();
    Random random = new Random(seed);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      long id = ids[i];
      ids[i] = ids[other];
      ids[other] = id;
    }
    int size = imagesABatch();
    return IntStream.range(0, (count + size - 1) / size)
        .mapToObj(i -> Arrays.copyOfRange(ids, i * size, Math.min(count, (i + 1) * size)))
        .toArray(long[][]::new);
  }

  private void readRound(long[][] ids, Stopwatch watch) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    CountDownLatch reading = new CountDownLatch(threads);
    List<Future<?>> work = new ArrayList<>();
    watch.start();
    for (int i = 0; i < threads; i++) {
      work.add(pool.submit(reader(ids, next, reading)));
    }
    if (besideWriter) {
      work.add(pool.submit(writer(reading)));
    }
    reading.await();
    watch.stop();
    for (Future<?> each : work) {
      await(each);
    }
    for (int i = 0; i < ids.length; i++) {
      bench.check(batches.get(i), ids[i]);
    }
  }

  private Callable<?> reader(long[][] ids, AtomicInteger next, CountDownLatch reading) {
    return () -> {
      try {
        for (int i = next.getAndIncrement(); i < ids.length; i = next.getAndIncrement()) {
          store.readBatch(ids[i], batches.get(i));
          bench.advance(ids[i].length);
        }
        return null;
      } finally {
        reading.countDown();
      }
    };
  }

  /** Replaces images that nobody reads, behind the others, as long as anybody reads. */
  private Callable<?> writer(CountDownLatch reading) {
    return () -> {
      writing.start();
      do {
        int first = count + (int) (written % WRITER_IMAGES);
        store.putBatch(bench.imagesQuietly(first, first + IMAGES_A_WRITE));
        written += IMAGES_A_WRITE;
      } while (reading.getCount() > 0);
      writing.stop();
      return null;
    };
  }

  private void checkWritten() {
    int images = (int) Math.min(written, WRITER_IMAGES);
    long[] ids = LongStream.range(count, (long) count + images).toArray();
    bench.check(store.readBatch(ids), ids);
  }

  private static void await(Future<?> work) throws InterruptedException {
    try {
      work.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
