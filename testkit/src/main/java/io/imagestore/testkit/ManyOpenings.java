package io.imagestore.testkit;

import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Opens what is a store and what is none again and again, and looks what is left of it. */
final class ManyOpenings {

  private static final ImageShape SHAPE = new ImageShape(8, 8, 3);
  private static final int IMAGES = 50;
  private static final int WARM_UP = 12;
  private static final long SECONDS_TO_END = 5; // for threads that are just ending

  private final ImageStoreProvider provider;
  private final Path folder;
  private final Path store;
  private final List<Path> junk;
  private int refused;

  private ManyOpenings(ImageStoreProvider provider, Path folder) throws IOException {
    this.provider = provider;
    this.folder = folder;
    this.store = folder.resolve("store");
    try (ImageStore open = open()) {
      open.putBatch(SampleImages.list(0, IMAGES, SHAPE, 1));
    }
    SplittableRandom random = new SplittableRandom(1);
    this.junk =
        List.of(
            Files.writeString(folder.resolve("letter"), "dear reader\n".repeat(500)),
            folderOfALetter(),
            changed(
                "noise",
                bytes -> {
                  random.nextBytes(bytes);
                  return bytes;
                }));
  }

  private Path folderOfALetter() throws IOException {
    Path letters = Files.createDirectory(folder.resolve("letters"));
    Files.writeString(letters.resolve("letter.txt"), "dear reader");
    return letters;
  }

  private interface Change {
    byte[] of(byte[] bytes);
  }

  /** The store with other files. */
  private Path changed(String name, Change change) throws IOException {
    Path copy = folder.resolve(name);
    FileTrees.copy(store, copy);
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.write(file, change.of(Files.readAllBytes(file)));
      }
    }
    return copy;
  }

  /**
   * Opens.
   *
   * @param args provider class, a folder, how often each
   */
  public static void main(String[] args) throws IOException {
    ManyOpenings openings = new ManyOpenings(Providers.named(args[0]), Path.of(args[1]));
    int times = Integer.parseInt(args[2]);
    openings.repeat("opening what is no store", times, openings::openJunk);
    if (openings.refused != times + WARM_UP) {
      throw new AssertionError("refused " + openings.refused + " times");
    }
    openings.repeat("opening and closing", times, openings::openAndClose);
    openings.repeat("leaving streams open", times, openings::leaveStreamsOpen);
  }

  private interface Step {
    void run(int time) throws IOException;
  }

  private void repeat(String what, int times, Step step) throws IOException {
    for (int time = 0; time < WARM_UP; time++) {
      step.run(time);
    }
    HeldResources before = HeldResources.of(folder);
    for (int time = 0; time < times; time++) {
      step.run(time);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_END);
    List<String> left = HeldResources.of(folder).beside(before);
    while (!left.isEmpty() && System.nanoTime() < end) {
      Thread.onSpinWait();
      left = HeldResources.of(folder).beside(before);
    }
    if (!left.isEmpty()) {
      throw new AssertionError(
          times
              + " times "
              + what
              + " left "
              + left.size()
              + ": "
              + left.stream().limit(20).toList());
    }
    System.out.println(what + " left nothing");
  }

  private ImageStore open() {
    return provider.open(store, StoreOptions.defaults());
  }

  private ImageSource openReadOnly() {
    return provider.openReadOnly(store, StoreOptions.defaults());
  }

  private void openJunk(int time) {
    Path path = junk.get(time / 2 % junk.size());
    boolean toWrite = time % 2 == 0;
    try (ImageSource opened =
        toWrite
            ? provider.open(path, StoreOptions.defaults())
            : provider.openReadOnly(path, StoreOptions.defaults())) {
      throw new AssertionError("junk was opened: " + opened);
    } catch (ImageStoreException e) {
      refused++;
    }
  }

  private void openAndClose(int time) {
    LabeledImage image = SampleImages.labeled(time % IMAGES, SHAPE, time);
    try (ImageStore open = open()) {
      open.put(image);
    }
    try (ImageSource open = openReadOnly()) {
      if (!open.get(image.id()).equals(image)) {
        throw new AssertionError("another image " + image.id());
      }
    }
  }

  private void leaveStreamsOpen(int time) {
    try (ImageSource open = time % 2 == 0 ? open() : openReadOnly()) {
      Iterator<LabeledImage> begun = open.stream().iterator();
      begun.next();
      open.stream();
    }
  }
}
