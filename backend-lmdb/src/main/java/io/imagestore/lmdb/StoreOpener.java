package io.imagestore.lmdb;

import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.OpenMode;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.internal.DefaultFileSystem;
import io.imagestore.internal.IoFailure;
import io.imagestore.internal.StoreHeader;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.AbstractImageStore;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Opens what lies at a path: a store of ours, or pickled images. Gives all back where that fails.
 */
final class StoreOpener {

  private static final String WRITER_LOCK = "writer.lock";
  private static final Set<String> LOCKS = Set.of(WRITER_LOCK, "lock.mdb");

  private StoreOpener() {}

  static ImageStore open(Path path, LmdbOptions options) {
    DefaultFileSystem.require(path);
    try {
      return options.mode() == OpenMode.READ_ONLY
          ? openToRead(path, options)
          : openToWrite(path, options);
    } catch (AccessDeniedException e) {
      throw new ImageStoreException(
          "opening store " + path + " failed: there is no permission for " + e.getFile(), e);
    } catch (IOException e) {
      throw IoFailure.of("opening store " + path + " failed", e);
    }
  }

  private static AbstractImageStore openToRead(Path path, LmdbOptions options) throws IOException {
    if (!DataFile.exists(path)) {
      throw new UnsupportedStoreException("there is no LMDB store at " + path);
    }
    Environment environment = Environment.join(path);
    boolean opened = false;
    try {
      AbstractImageStore store;
      if (environment.holdsPickles()) {
        store = new PickledImageStore(path, environment);
      } else {
        LmdbImageStore.headerOf(environment, path); // which checks it
        store = new LmdbImageStore(path, options, environment, null);
      }
      opened = true;
      return store;
    } finally {
      if (!opened) {
        environment.leave();
      }
    }
  }

  private static LmdbImageStore openToWrite(Path path, LmdbOptions options) throws IOException {
    checkPlace(path, options.mode());
    Files.createDirectories(path);
    WriterThread thread = new WriterThread("writer of " + path);
    boolean opened = false;
    try {
      StoreLock lock = StoreLock.acquire(path.resolve(WRITER_LOCK), path);
      try {
        checkPlace(path, options.mode()); // now that nobody else creates a store there
        LmdbImageStore store = openToWrite(path, options, lock, thread);
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

  private static LmdbImageStore openToWrite(
      Path path, LmdbOptions options, StoreLock lock, WriterThread thread) throws IOException {
    Settings settings = Settings.of(options);
    String newHeader = LmdbImageStore.newHeader(options).toJson();
    if (Environment.isBlank(path)) {
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
                + " holds pickled images, which can only be read; open it with OpenMode.READ_ONLY");
      }
      StoreHeader header = LmdbImageStore.headerOf(environment, path);
      boolean sameNames =
          header.labelNames().equals(options.labelNames().orElse(header.labelNames()));
      WriteEnvironment lmdb = thread.call(() -> WriteEnvironment.open(environment, settings));
      LmdbImageStore store;
      try {
        ImageWriter images = new ImageWriter(environment, lmdb, thread, path);
        if (!sameNames) {
          images.writeHeader(newHeader);
        }
        images.tryToFinishLeftovers();
        store =
            new LmdbImageStore(
                path, options, environment, new LmdbImageStore.Writer(lock, thread, lmdb, images));
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

  /** Lets another one write. */
  static void endWriting(StoreLock lock, WriterThread thread, WriteEnvironment lmdb)
      throws IOException {
    try (lock;
        thread) {
      closeLmdb(thread, lmdb);
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
      throw new UnsupportedStoreException(
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
    if (!Files.exists(directory)) {
      return true;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.allMatch(file -> LOCKS.contains(String.valueOf(file.getFileName())));
    }
  }
}
