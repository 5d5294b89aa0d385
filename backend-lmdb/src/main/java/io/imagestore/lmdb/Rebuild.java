package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.LabeledImage;
import io.imagestore.spi.DamagedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes a store anew out of what is whole in it. Pages of a tree can't be mended, for nothing else
 * tells what was in them.
 *
 * <ol>
 *   <li>The whole images are copied into an environment in a folder within the store's, and are on
 *       the device.
 *   <li>The damaged data file is laid aside.
 *   <li>The new data file takes its place, at one moment.
 * </ol>
 *
 * <p>What a crash leaves before the last step is removed when the store is opened to write again.
 */
final class Rebuild {

  private static final String FOLDER = "rebuilt";
  private static final int IMAGES_AT_ONCE = 1 << 12;

  private final Path store;
  private final LmdbOptions options;
  private final Environment environment;
  private final WriterThread thread;
  private final WriteEnvironment lmdb;
  // Which the repair has told of, and laid aside.
  private final Set<Long> leftOut = new HashSet<>();

  Rebuild(
      LmdbOptions options, Environment environment, WriterThread thread, WriteEnvironment lmdb) {
    this.store = environment.directory();
    this.options = options;
    this.environment = environment;
    this.thread = thread;
    this.lmdb = lmdb;
  }

  /** Lets the next run leave an image out if it can't be read. */
  void leaveOut(long id) {
    leftOut.add(id);
  }

  /** Whether a page is damaged that a write may come by. */
  boolean isNeeded() throws IOException {
    try {
      environment.check(StoreView::requireSound);
      return false;
    } catch (CorruptStoreException e) {
      return true;
    }
  }

  /**
   * Does it.
   *
   * @param aside takes the damaged data file
   * @return how many images are in the store now
   * @throws IOException if the file system fails; the store is as it was then, or rebuilt
   * @throws CorruptImageException if an image that isn't left out can't be read; the store is as it
   *     was then
   * @throws CorruptStoreException likewise
   */
  long run(DamagedFolder aside) throws IOException {
    try {
      long images = copyWhole();
      aside.take(store.resolve(DataFile.NAME), "some of its pages were damaged");
      thread.call(
          () -> {
            lmdb.replaceFile(folder(store).resolve(DataFile.NAME));
            return true;
          });
      return images;
    } finally {
      leftOut.clear();
      removeLeftovers(store);
    }
  }

  /** Copies what is whole; tells how many images that are. */
  long copyWhole() throws IOException {
    List<String> labelNames = StoreOpener.headerOf(environment, store).labelNames();
    LmdbOptions ofCopy =
        LmdbOptions.builder()
            .labelNames(labelNames)
            .durability(Durability.FLUSH) // closing it is enough
            .mapSizeBytes(options.mapSizeBytes())
            .maxMapSizeBytes(options.maxMapSizeBytes())
            .build();
    try (ImageSource damaged = StoreOpener.openReadOnly(store, LmdbOptions.defaults());
        ImageStore copy = StoreOpener.open(folder(store), ofCopy)) {
      long[] ids = idsFrom(0);
      while (ids.length > 0) {
        copy.putBatch(
            Arrays.stream(ids).mapToObj(id -> whole(damaged, id)).flatMap(Optional::stream));
        long last = ids[ids.length - 1];
        ids = last == Long.MAX_VALUE ? new long[0] : idsFrom(last + 1);
      }
      return copy.size();
    }
  }

  private long[] idsFrom(long first) throws IOException {
    return environment.read(view -> view.ids().evenIfDamagedFrom(first, IMAGES_AT_ONCE));
  }

  private Optional<LabeledImage> whole(ImageSource damaged, long id) {
    try {
      return damaged.find(id);
    } catch (CorruptImageException | CorruptStoreException e) {
      if (!leftOut.contains(id)) {
        throw e; // it was whole before, such as on a device that fails now and then
      }
      return Optional.empty();
    }
  }

  private static Path folder(Path store) {
    return store.resolve(FOLDER);
  }

  /** Removes what an earlier attempt may have left. Nobody else may write to the store. */
  static void removeLeftovers(Path store) throws IOException {
    if (Files.isDirectory(folder(store))) {
      try (Stream<Path> files = Files.walk(folder(store))) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
