package io.imagestore.hdf5;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.testkit.MemoryImageStore;
import io.imagestore.testkit.SampleImages;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Damages files in the article's layouts, and reads them. To be run with a small heap. */
final class MutatedForeignFiles {

  private static final long MAX_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long[] TELLING = {0, 1, -1, 255, 1 << 16, 1L << 31, 1L << 40, 1L << 62};

  private final Random random;
  private final Path file;
  private final List<byte[]> originals;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private int answers;
  private int refusals;

  private MutatedForeignFiles(Path folder, long seed) throws IOException {
    random = new Random(seed);
    file = folder.resolve("mutated.h5");
    originals = originals(folder);
  }

  /**
   * Ends well if each file gives images or one of our exceptions, within two seconds of work.
   *
   * @param args a folder, seed, how many files
   */
  public static void main(String[] args) throws IOException {
    MutatedForeignFiles run = new MutatedForeignFiles(Path.of(args[0]), Long.parseLong(args[1]));
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      run.read(run.mutated(), i);
    }
    System.out.println(run.answers + " answers, " + run.refusals + " refusals");
  }

  private static List<byte[]> originals(Path folder) throws IOException {
    LabeledImage image = SampleImages.labeled(0, SampleImages.CIFAR, 1);
    try (ImageStore source = MemoryImageStore.open()) {
      source.putBatch(SampleImages.stream(0, 5, SampleImages.CIFAR, 1));
      ArticleFile.write(source, folder.resolve("many.h5"));
    }
    ArticleFile.write(image, folder.resolve("single.h5"));
    return List.of(
        Files.readAllBytes(folder.resolve("many.h5")),
        Files.readAllBytes(folder.resolve("single.h5")));
  }

  private void read(byte[] bytes, int trial) throws IOException {
    Files.write(file, bytes);
    long start = threads.getCurrentThreadCpuTime();
    try (ImageSource source = Hdf5ImageStore.openReadOnly(file);
        Stream<LabeledImage> images = source.stream().limit(100)) {
      images.forEach(image -> image.image().pixels());
      answers++;
    } catch (ImageStoreException e) {
      refusals++;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("file " + trial + ", which is left at " + file, e);
    }
    if (threads.getCurrentThreadCpuTime() - start > MAX_NANOS) {
      throw new AssertionError("file " + trial + " took over two seconds; it is left at " + file);
    }
  }

  private byte[] mutated() {
    byte[] original = originals.get(random.nextInt(originals.size()));
    byte[] bytes = original.clone();
    // What isn't zero lies mostly in the structure or in pixels: of these the first kind is wanted.
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = structureIn(bytes);
      ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> from.putInt(Math.min(at, bytes.length - 4), (int) telling());
        case 3 -> from.putLong(Math.min(at, bytes.length - 8), telling());
        default -> {
          int length = Math.min(random.nextInt(64), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length), bytes, at, length);
        }
      }
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private long telling() {
    return TELLING[random.nextInt(TELLING.length)] + random.nextInt(3) - 1;
  }

  /** A byte with a zero within reach, as numbers and addresses have and noise hasn't. */
  private int structureIn(byte[] bytes) {
    int at = random.nextInt(bytes.length - 8);
    for (int tries = 0; tries < 100; tries++) {
      boolean isEmpty = bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 0;
      boolean isNoise = bytes[at] != 0 && bytes[at + 1] != 0 && bytes[at + 2] != 0;
      if (!isEmpty && !isNoise) {
        return at;
      }
      at = random.nextInt(bytes.length - 8);
    }
    return at;
  }
}
