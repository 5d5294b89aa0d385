package io.imagestore.examples;

import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.codec.Codecs;
import io.imagestore.codec.DecodeRegion;
import io.imagestore.codec.ImageCodec;
import io.imagestore.codec.ImageHeader;
import io.imagestore.disk.ImageFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Measures how long all photographs of a folder take to be decoded: out of an LMDB store by the
 * best codec there is and by the JDK's, on one thread and on two, and by Pillow out of memory, to
 * RGB. They take turns, and medians are printed. To be started by hand:
 *
 * <pre>
 * IMAGESTORE_PYTHON=/usr/bin/python3 java -Xmx512m \
 *   -cp examples/target/test-classes:examples/target/imagestore-examples.jar \
 *   io.imagestore.examples.DecodeMeasurement PHOTOS WORK ROUNDS
 * </pre>
 *
 * <p>PHOTOS holds a folder of JPEG files for each class, or is one such class; WORK is a folder for
 * the store, which is made where it is missing. One more round comes first and isn't counted.
 */
final class DecodeMeasurement {
  /**
   * For the pixels of one image after the other: memory for each anew would cost more than some.
   */
  private static final ThreadLocal<ByteBuffer> KEPT =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(64 << 20));

  private static final String PILLOW =
      """
      import io, pathlib, sys, time
      from PIL import Image
      files = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")) if path.is_file()]
      files = [file for file in files if file[:3] == b"\\xff\\xd8\\xff"]
      for line in sys.stdin:
          start = time.perf_counter()
          for file in files:
              Image.open(io.BytesIO(file)).convert("RGB")
          print(time.perf_counter() - start, len(files), flush=True)
      """;

  private DecodeMeasurement() {}

  private interface Task {
    double seconds() throws Exception;
  }

  private interface Decode {
    void decode(long id);
  }

  /**
   * Measures.
   *
   * @param args as above
   */
  public static void main(String[] args) throws Exception {
    Path photos = Path.of(args[0]);
    Path folder = store(photos, Files.createDirectories(Path.of(args[1])));
    int rounds = Integer.parseInt(args[2]);
    Process pillow =
        new ProcessBuilder(System.getenv("IMAGESTORE_PYTHON"), "-c", PILLOW, photos.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (ImageSource source = ImageStores.open(folder);
        Writer ask = pillow.outputWriter(StandardCharsets.UTF_8);
        BufferedReader answer = pillow.inputReader(StandardCharsets.UTF_8)) {
      long[] ids = source.ids();
      ImageCodec best = Codecs.require("jpeg");
      ImageCodec jdk = codecOfTheJdk();
      Map<String, Task> tasks = new LinkedHashMap<>();
      tasks.put("Pillow, 1 thread", () -> pillow(ask, answer, ids.length));
      for (int threads = 1; threads <= 2; threads++) {
        int count = threads;
        tasks.put(name(best, threads), () -> measure(ids, count, id -> stored(source, id)));
        if (best.getClass() != jdk.getClass()) {
          tasks.put(name(jdk, threads), () -> measure(ids, count, id -> by(jdk, source.get(id))));
        }
      }
      print(ids.length, measure(tasks, rounds));
    } finally {
      pillow.destroy();
    }
  }

  private static String name(ImageCodec codec, int threads) {
    return codec.getClass().getSimpleName()
        + ", "
        + threads
        + (threads > 1 ? " threads" : " thread");
  }

  private static Path store(Path photos, Path work) throws IOException {
    Path folder = work.resolve("photos-lmdb");
    if (!Files.exists(folder)) {
      Path classes = photos;
      try (Stream<Path> entries = Files.list(photos)) {
        if (entries.noneMatch(Files::isDirectory)) {
          classes = Files.createDirectories(work.resolve("classes"));
          Files.createSymbolicLink(classes.resolve("photos"), photos.toAbsolutePath());
        }
      }
      try (ImageStore store = ImageStores.open("lmdb", folder, StoreOptions.defaults());
          Stream<LabeledImage> images = ImageFolder.open(classes).images()) {
        store.putBatch(images.filter(image -> image.image().format().equals(Optional.of("jpeg"))));
      }
    }
    return folder;
  }

  private static ImageCodec codecOfTheJdk() {
    return ServiceLoader.load(ImageCodec.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(codec -> codec.format().equals("jpeg") && codec.priority() == 0)
        .findFirst()
        .orElseThrow();
  }

  private static void stored(ImageSource source, long id) {
    source.get(id).image().copyTo(KEPT.get().clear());
  }

  private static void by(ImageCodec codec, LabeledImage image) {
    ByteBuffer file = image.image().bytes();
    ImageHeader header = codec.readHeader(file);
    ImageShape shape = header.shape();
    codec.decode(file, header, DecodeRegion.whole(shape, 1), KEPT.get().clear());
  }

  private static double measure(long[] ids, int threads, Decode decode) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      List<Future<?>> parts = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread;
        parts.add(
            pool.submit(
                () -> {
                  for (int i = first; i < ids.length; i += threads) {
                    decode.decode(ids[i]);
                  }
                }));
      }
      for (Future<?> part : parts) {
        part.get();
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      pool.shutdown();
    }
  }

  private static double pillow(Writer ask, BufferedReader answer, int images) throws IOException {
    ask.write("go\n");
    ask.flush();
    String[] told = answer.readLine().split(" ", 2);
    if (Integer.parseInt(told[1]) != images) {
      throw new IllegalStateException("Pillow decodes " + told[1] + " of " + images + " images");
    }
    return Double.parseDouble(told[0]);
  }

  private static Map<String, double[]> measure(Map<String, Task> tasks, int rounds)
      throws Exception {
    Map<String, double[]> seconds = new LinkedHashMap<>();
    tasks.keySet().forEach(name -> seconds.put(name, new double[rounds]));
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Task> task : tasks.entrySet()) {
        double taken = task.getValue().seconds();
        if (round >= 0) {
          seconds.get(task.getKey())[round] = taken;
        }
      }
    }
    return seconds;
  }

  private static void print(int images, Map<String, double[]> seconds) {
    System.out.printf(
        "%s %s, %d images; seconds: median (least to most)%n",
        System.getProperty("java.vendor"), System.getProperty("java.version"), images);
    seconds.forEach(
        (name, taken) -> {
          Arrays.sort(taken);
          double median = taken[taken.length / 2];
          System.out.printf(
              Locale.ROOT,
              "%-28s %.3f (%.3f to %.3f), %.2f ms an image%n",
              name,
              median,
              taken[0],
              taken[taken.length - 1],
              1e3 * median / images);
        });
  }
}
