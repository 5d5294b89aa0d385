package io.imagestore.lmdb;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.OpenMode;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreHeader;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens what lies at a path: a store of ours, or pickled images. Gives all back where that fails.
 */
final class StoreOpener {

  private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);

  private static final String NAME = "LmdbImageStore";
  private static final String FORMAT = "imagestore-lmdb";
  private static final int VERSION = 1;

  private static final String WRITER_LOCK = "writer.lock";
  private static final Set<String> LOCKS = Set.of(WRITER_LOCK, "lock.mdb");

  private StoreOpener() {}

  private interface Opening<S> {
    S run() throws IOException;
  }

  static ImageStore open(Path path, LmdbOptions options) {
    return opened(path, () -> openToWrite(path, options));
  }

  static ImageSource openReadOnly(Path path, LmdbOptions options) {
    return opened(path, () -> openToRead(path, options));
  }

  private static <S> S opened(Path path, Opening<S> opening) {
    StoreFiles.requireDefaultFileSystem(path);
    try {
      return opening.run();
    } catch (IOException e) {
      throw IoFailure.of("opening store " + path + " failed", e);
    } catch (InternalError e) {
      throw DataFile.told(e, path);
    }
  }

  /** What a store says of itself. */
  static StoreHeader headerOf(Environment environment, Path path) throws IOException {
    return StoreHeader.parse(environment.read(StoreView::header), FORMAT, VERSION, path);
  }

  private static ImageSource openToRead(Path path, LmdbOptions options) throws IOException {
    if (!DataFile.exists(path)) {
      throw new StoreNotFoundException(
          "there is no LMDB store at " + path + ": it has no " + DataFile.NAME);
    }
    Environment environment = Environment.join(path);
    boolean opened = false;
    try {
      boolean pickles = environment.holdsPickles();
      if (!pickles) {
        headerOf(environment, path); // which checks it
      }
      opened = true;
      return Stores.source(
          pickles ? "PickledImages" : NAME,
          new LmdbReader(path, environment, options.verifyChecksums()));
    } finally {
      if (!opened) {
        environment.leave();
      }
    }
  }

  private static ImageStore openToWrite(Path path, LmdbOptions options) throws IOException {
    checkPlace(path, options.mode());
    StoreFiles.ofSystem().createFolders(path);
    WriterThread thread = new WriterThread("writer of " + path);
    boolean opened = false;
    try {
      StoreLock lock = StoreLock.acquire(path.resolve(WRITER_LOCK), path);
      try {
        checkPlace(path, options.mode()); // now that nobody else creates a store there
        Rebuild.removeLeftovers(path);
        LmdbErrors.removeLeftovers(path);
        ImageStore store = openToWrite(path, options, lock, thread);
        opened = true;
        return store;
      } finally {
        if (!opened) {
          lock.close();
        }
      }
    } finally {
      if (!opened) {
        thread.close();
      }
    }
  }

  private static ImageStore openToWrite(
      Path path, LmdbOptions options, StoreLock lock, WriterThread thread) throws IOException {
    Settings settings = Settings.of(options);
    String newHeader =
        new StoreHeader(FORMAT, VERSION, options.labelNames().orElse(List.of())).toJson();
    if (Environment.isBlank(path)) {
      if (DataFile.exists(path)) {
        LOG.warn(
            "{} holds nothing, as where making a store was cut short: a new store begins there;"
                + " if there were images, restore it from a copy",
            path.resolve(DataFile.NAME));
      }
      thread.call(
          () -> {
            WriteEnvironment.create(path, settings, newHeader);
            return true;
          });
    }
    Environment environment = Environment.join(path);
    boolean opened = false;
    try {
      if (environment.holdsPickles()) {
        throw new UnsupportedStoreException(
            "what lies at "
                + path
                + " holds pickled images, which can only be read: open it with ImageStores.open(path), and copy them"
                + " into a store");
      }
      StoreHeader header = headerOf(environment, path);
      boolean sameNames =
          header.labelNames().equals(options.labelNames().orElse(header.labelNames()));
      WriteEnvironment lmdb = thread.call(() -> WriteEnvironment.open(environment, settings));
      ImageStore store;
      try {
        ImageWriter images = new ImageWriter(environment, lmdb, thread, path);
        if (!sameNames) {
          images.writeHeader(newHeader);
        }
        images.tryToFinishLeftovers();
        store =
            Stores.store(
                NAME,
                new LmdbReader(path, environment, options.verifyChecksums()),
                new LmdbWriter(
                    lock,
                    thread,
                    lmdb,
                    images,
                    new Rebuild(options, environment, thread, lmdb),
                    settings.durability()));
        opened = true;
      } finally {
        if (!opened) {
          closeLmdb(thread, lmdb);
        }
      }
      return store;
    } finally {
      if (!opened) {
        environment.leave();
      }
    }
  }

  private static void closeLmdb(WriterThread thread, WriteEnvironment lmdb) throws IOException {
    thread.call(
        () -> {
          lmdb.close();
          return true;
        });
  }

  private static void checkPlace(Path path, OpenMode mode) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new UnsupportedStoreException(path + " is a file, but an LMDB store is a directory");
    }
    boolean free = isEmpty(path);
    if (mode == OpenMode.CREATE_NEW && !free) {
      throw new StoreExistsException(
          "there is something at " + path + " already, so no new store is created there");
    }
    if (!free && !DataFile.exists(path)) {
      throw new UnsupportedStoreException(
          "what lies at "
              + path
              + " is no LMDB store, and an LMDB store needs a directory of its own");
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    return !Files.exists(directory)
        || StoreFiles.entries(directory).stream()
            .allMatch(file -> LOCKS.contains(String.valueOf(file.getFileName())));
  }
}
