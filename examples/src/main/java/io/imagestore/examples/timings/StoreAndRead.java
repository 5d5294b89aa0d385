package io.imagestore.examples.timings;

import io.imagestore.ImageBatch;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * Stores a number of images into a fresh store and reads them back, as a program would that does
 * nothing else: the time runs from before the store is opened.
 */
final class StoreAndRead {
  /** As many as fit a processor's larger caches, and enough to make calls cheap. */
  private static final int IMAGES_A_READ = 1024;

  private final Bench bench;
  private final int count;
  private final Path store;

  StoreAndRead(Bench bench, int count) {
    this.bench = bench;
    this.count = count;
    this.store = bench.freshStore();
  }

  /**
   * What storing took, in seconds.
   *
   * @param stored until the call that stores returned: from then on the images outlast the process
   * @param closed until the store was closed, too: from then on they outlast a loss of power
   */
  record Seconds(double stored, double closed) {}

  /** Stores the images, all in one batch, or a single one alone. */
  Seconds store() {
    Consumer<ImageStore> storing = storing();
    Stopwatch watch = new Stopwatch();
    watch.start();
    double stored;
    try (ImageStore open = bench.openToWrite(store)) {
      storing.accept(open);
      watch.stop();
      stored = watch.seconds();
      watch.start();
    }
    watch.stop();
    return new Seconds(stored, watch.seconds());
  }

  /** What is to be timed; what it needs is made here. */
  private Consumer<ImageStore> storing() {
    if (count == 1) {
      LabeledImage image = bench.image(0);
      return open -> open.put(image);
    }
    if (!bench.storesArrays()) {
      return open -> open.putBatch(bench.images(0, count));
    }
    ImageBatch images = bench.batch(count);
    return open -> {
      open.putBatch(images);
      bench.advance(count);
    };
  }

  /** Reads what {@link #store} stored; gives the seconds it took without the checking. */
  double read() {
    return count == 1 ? readOne() : readMany();
  }

  long bytes() {
    return bench.bytes(store);
  }

  void remove() {
    bench.remove(store);
  }

  private double readOne() {
    Stopwatch watch = new Stopwatch();
    watch.start();
    LabeledImage read;
    try (ImageSource open = bench.openToRead(store)) {
      read = open.get(0);
    }
    watch.stop();
    bench.check(read, 0);
    return watch.seconds();
  }

  private double readMany() {
    Stopwatch watch = new Stopwatch();
    watch.start();
    ImageBatch batch = bench.reusedBatch(Math.min(count, IMAGES_A_READ));
    try (ImageSource open = bench.openToRead(store)) {
      for (int first = 0; first < count; first += IMAGES_A_READ) {
        long[] ids = LongStream.range(first, Math.min(count, first + IMAGES_A_READ)).toArray();
        open.readBatch(ids, batch);
        watch.stop();
        bench.check(batch, ids);
        bench.advance(ids.length);
        watch.start();
      }
    }
    watch.stop();
    return watch.seconds();
  }
}
