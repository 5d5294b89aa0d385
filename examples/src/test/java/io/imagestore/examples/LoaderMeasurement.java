package io.imagestore.examples;

import com.sun.management.ThreadMXBean;
import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.cifar.SyntheticCifar;
import io.imagestore.loader.DataLoader;
import io.imagestore.loader.LoaderStats;
import io.imagestore.loader.TensorBatch;
import io.imagestore.loader.Transforms;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Measures the data loader, one case a run, and prints a line for each repeat. To be started by
 * hand, in turns with what it is compared with:
 *
 * <pre>
 * prepare FOLDER             50,000 CIFAR-shaped images in each backend, and in CIFAR's python form
 * photos FOLDER PHOTOS       JPEG files in LMDB
 * million FOLDER             1,000,000 CIFAR-shaped images in LMDB
 * epoch STORE REPEATS        shuffled epochs to normalized float32 NCHW batches of 256
 * crops STORE REPEATS        shuffled epochs of random resized crops to 224, flipped, normalized
 * limit REPEATS              two threads that write as many floats as 50,000 images have
 * busy STORE MILLIS          how long a consumer waits that spends so long on each batch
 * heap STORE                 an epoch, with the heap in use as it goes
 * allocation STORE           bytes allocated for each batch, for two batch sizes
 * </pre>
 */
final class LoaderMeasurement {

  private static final int IMAGES = 50_000;
  private static final int MANY_IMAGES = 1_000_000;
  private static final int BATCH = 256;
  private static final float[] MEAN = {0.4914f, 0.4822f, 0.4465f};
  private static final float[] STD = {0.247f, 0.2435f, 0.2616f};

  private LoaderMeasurement() {}

  /**
   * Measures.
   *
   * @param args as above
   */
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "prepare" -> prepare(Path.of(args[1]));
      case "photos" -> photos(Path.of(args[1]), Path.of(args[2]));
      case "million" -> million(Path.of(args[1]));
      case "epoch" -> epochs(Path.of(args[1]), Integer.parseInt(args[2]), false);
      case "crops" -> epochs(Path.of(args[1]), Integer.parseInt(args[2]), true);
      case "limit" -> limit(Integer.parseInt(args[1]));
      case "busy" -> busy(Path.of(args[1]), Integer.parseInt(args[2]));
      case "heap" -> heap(Path.of(args[1]));
      case "allocation" -> allocation(Path.of(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void prepare(Path folder) throws IOException {
    SyntheticCifar cifar = SyntheticCifar.ofSize(IMAGES, 5, 1);
    cifar.writePythonForm(Files.createDirectories(folder.resolve("python")));
    for (String backend : List.of("disk", "lmdb", "hdf5")) {
      try (ImageStore store =
          ImageStores.open(backend, folder.resolve(backend), StoreOptions.defaults())) {
        store.putBatch(cifar.train());
      }
    }
  }

  private static void photos(Path folder, Path photos) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(photos)) {
      files = all.filter(file -> file.toString().matches("(?i).*\\.jpe?g")).sorted().toList();
    }
    try (ImageStore store =
        ImageStores.open("lmdb", folder.resolve("photos"), StoreOptions.defaults())) {
      for (int id = 0; id < files.size(); id++) {
        store.put(id, Image.encoded(Files.readAllBytes(files.get(id))), id % 10);
      }
    }
  }

  private static void million(Path folder) {
    byte[] pixels = new byte[32 * 32 * 3];
    Image image = Image.of(32, 32, 3, pixels);
    try (ImageStore store =
        ImageStores.open("lmdb", folder.resolve("million"), StoreOptions.defaults())) {
      store.putBatch(
          LongStream.range(0, MANY_IMAGES).mapToObj(id -> new LabeledImage(id, image, 1)));
    }
  }

  private static DataLoader.Builder loader(ImageSource source, int batch) {
    return DataLoader.builder(source)
        .batchSize(batch)
        .shuffle(1)
        .transform(Transforms.toFloat().normalize(MEAN, STD));
  }

  private static DataLoader crops(ImageSource source) {
    return DataLoader.builder(source)
        .batchSize(64)
        .shuffle(1)
        .transform(
            Transforms.toRgb(),
            Transforms.randomResizedCrop(224),
            Transforms.randomFlip(),
            Transforms.toFloat().normalize(MEAN, STD))
        .build();
  }

  private static void epochs(Path store, int repeats, boolean cropped) {
    try (ImageSource source = ImageStores.open(store);
        DataLoader loader = cropped ? crops(source) : loader(source, BATCH).build()) {
      for (int epoch = 0; epoch < repeats; epoch++) {
        long begin = System.nanoTime();
        long[] ids = new long[Math.toIntExact(source.size())];
        int images = 0;
        for (TensorBatch batch : loader.epoch(epoch)) {
          System.arraycopy(batch.ids(), 0, ids, images, batch.size());
          images += batch.size();
        }
        print(store + " epoch " + epoch, images, begin);
        Arrays.sort(ids);
        check(Arrays.equals(ids, source.ids()), "an epoch has each image once");
      }
      LoaderStats stats = loader.stats();
      System.out.println(stats);
    }
  }

  private static void print(String what, long images, long begin) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(Locale.ROOT, "%s: %.3f s, %,.0f images/s%n", what, seconds, images / seconds);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not so: " + what);
    }
  }

  /** Each thread writes an array to half of a batch's buffer, batch after batch. */
  private static void limit(int repeats) throws InterruptedException {
    int samples = 32 * 32 * 3;
    for (int repeat = 0; repeat < repeats; repeat++) {
      long begin = System.nanoTime();
      Thread[] threads = new Thread[2];
      for (int i = 0; i < threads.length; i++) {
        threads[i] =
            new Thread(
                () -> {
                  FloatBuffer target =
                      ByteBuffer.allocateDirect(3 * BATCH / 2 * samples * Float.BYTES)
                          .order(ByteOrder.nativeOrder())
                          .asFloatBuffer();
                  float[] image = new float[samples];
                  for (int n = 0; n < IMAGES / 2; n++) {
                    Arrays.fill(image, n);
                    target.put(n % (3 * BATCH / 2) * samples, image);
                  }
                });
        threads[i].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      print("limit", IMAGES, begin);
    }
  }

  private static void busy(Path store, int millis) {
    try (ImageSource source = ImageStores.open(store);
        DataLoader loader = loader(source, BATCH).build()) {
      for (int epoch = 0; epoch < 3; epoch++) {
        long waitedBefore = loader.stats().waited().toNanos();
        long begin = System.nanoTime();
        for (TensorBatch batch : loader.epoch(epoch)) {
          check(batch.size() > 0, "a batch has images");
          long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
          while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
          }
        }
        double waited = loader.stats().waited().toNanos() - waitedBefore;
        System.out.printf(
            Locale.ROOT, "waited %.2f %%%n", 100 * waited / (System.nanoTime() - begin));
      }
    }
  }

  private static void heap(Path store) {
    try (ImageSource source = ImageStores.open(store);
        DataLoader loader = loader(source, BATCH).build()) {
      long begin = System.nanoTime();
      long images = 0;
      long batches = 0;
      for (TensorBatch batch : loader.epoch(0)) {
        images += batch.size();
        if (++batches % 500 == 0) {
          System.out.println(batches + " batches, live heap " + liveHeap() / 1_000_000 + " MB");
        }
      }
      print("epoch", images, begin);
    }
  }

  /** What was left at the last collection. */
  private static long liveHeap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .map(MemoryPoolMXBean::getCollectionUsage)
        .filter(usage -> usage != null)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  private static void allocation(Path store) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int size : new int[] {BATCH, 4 * BATCH}) {
      try (ImageSource source = ImageStores.open(store);
          DataLoader loader = loader(source, size).workers(0).dropLast(true).build()) {
        for (int epoch = 0; epoch < 4; epoch++) {
          long before = 0; // behind the first batch: what an epoch begins with isn't a batch's
          long batches = -1;
          for (TensorBatch batch : loader.epoch(epoch)) {
            check(batch.size() > 0, "a batch has images");
            if (++batches == 0) {
              before = threads.getCurrentThreadAllocatedBytes();
            }
          }
          long bytes = threads.getCurrentThreadAllocatedBytes() - before;
          System.out.printf(
              Locale.ROOT, "batches of %d: %,d bytes a batch%n", size, bytes / batches);
        }
      }
    }
  }
}
