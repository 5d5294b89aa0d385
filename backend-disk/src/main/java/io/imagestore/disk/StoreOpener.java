package io.imagestore.disk;

import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.OpenMode;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.disk.TableReader.Contents;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Opens a store's folder: makes it where it is missing, and puts it in order after a crash. */
final class StoreOpener {
  private static final String NAME = "DiskImageStore";
  private static final String LOCK = "lock";

  /** What may lie in a folder in which a store was about to be made. */
  private static final Set<String> BEGINNINGS = Set.of(LOCK, LabelTable.TEMPORARY, FileNames.ROOT);

  /** Lines that a table may have beyond one commit line an image, before it is written anew. */
  private static final int SPARE_LINES = 1000;

  private final Path store;
  private final DiskOptions options;
  private final StoreFiles files;

  StoreOpener(Path store, DiskOptions options, StoreFiles files) {
    this.store = store;
    this.options = options;
    this.files = files;
  }

  ImageSource openReadOnly() throws IOException {
    if (!hasTable()) {
      if (NumberedLabels.areAt(store)) {
        return Stores.source("NumberedFolder", NumberedFolderReader.open(store, options));
      }
      throw new StoreNotFoundException(
          "there is no disk store at " + store + ": it has no " + TableFormat.FILE);
    }
    Parts parts = new Parts(store, options, files, null);
    try {
      Index index = new WatchedIndex(store);
      Contents contents = new Recovery(store, parts.files, parts.workers).readTable();
      index.publish(contents.snapshot());
      return Stores.source(NAME, reader(contents, index, parts));
    } catch (Throwable e) {
      throw closed(parts, e);
    }
  }

  ImageStore openToWrite() throws IOException {
    requirePlace();
    files.createFolders(store);
    Parts parts = new Parts(store, options, files, StoreLock.acquire(store.resolve(LOCK), store));
    try {
      if (!hasTable()) {
        // Again, now that no other process can be at it.
        requirePlace();
        LabelTable.replace(store, files, options.labelNames().orElse(List.of()), Snapshot.EMPTY);
      }
      Contents contents = putInOrder(parts);
      Index index = new Index(contents.snapshot());
      StoreWriter writer = writer(contents, parts, index);
      if (options.durability().orElse(Durability.FLUSH) == Durability.COMMIT) {
        flushOrClose(writer);
      }
      return Stores.store(NAME, reader(contents, index, parts), writer);
    } catch (Throwable e) {
      throw closed(parts, e);
    }
  }

  private DiskReader reader(Contents contents, Index index, Parts parts) {
    return new DiskReader(store, options, contents.header().labelNames(), index, parts);
  }

  private static void flushOrClose(StoreWriter writer) throws IOException {
    try {
      writer.sync();
    } catch (IOException e) {
      try {
        writer.close();
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** There must be a store, or room for one. */
  private void requirePlace() throws IOException {
    boolean mustBeNew = options.mode() == OpenMode.CREATE_NEW;
    if (!Files.exists(store) || (hasTable() && !mustBeNew)) {
      return;
    }
    if (!Files.isDirectory(store)) {
      throw new UnsupportedStoreException("a disk store is a folder, but " + store + " is a file");
    }
    try (Stream<Path> entries = Files.list(store)) {
      List<String> names = entries.map(entry -> String.valueOf(entry.getFileName())).toList();
      if (mustBeNew && hasTable()) {
        throw new StoreExistsException(
            "there is a store at " + store + " already, and it was to be a new one");
      }
      if (!BEGINNINGS.containsAll(names)) {
        throw new UnsupportedStoreException(notAStore(names));
      }
    }
  }

  private String notAStore(List<String> names) {
    if (NumberedLabels.areAt(store)) {
      return "the folder "
          + store
          + " holds numbered files as other programs write them, which can only be read: open it"
          + " with ImageStores.open(path), and copy it into a store";
    }
    return "the folder "
        + store
        + " is no disk store (it has no "
        + TableFormat.FILE
        + ") and isn't empty: "
        + names.stream().sorted().limit(5).toList();
  }

  private boolean hasTable() {
    return Files.isRegularFile(store.resolve(TableFormat.FILE));
  }

  /** Drops what was never committed, and writes the table anew where much of it is outdated. */
  private Contents putInOrder(Parts parts) throws IOException {
    Contents contents = new Recovery(store, parts.files, parts.workers).readTable();
    parts.files.deleteFrom(contents.nextSequence());
    List<String> labelNames = options.labelNames().orElse(contents.header().labelNames());
    boolean outdated = contents.lines() > 2L * contents.snapshot().entries().size() + SPARE_LINES;
    if (!outdated && labelNames.equals(contents.header().labelNames())) {
      return contents;
    }
    // The new table says that all is flushed, and knows nothing of files that are to be removed.
    writer(contents, parts, new Index(contents.snapshot())).close();
    LabelTable.replace(store, files, labelNames, contents.snapshot());
    return TableReader.read(store);
  }

  private StoreWriter writer(Contents contents, Parts parts, Index index) throws IOException {
    return new StoreWriter(
        contents,
        parts.files,
        new ImageWriter(store, parts.files, parts.codecs, options.maxPixels()),
        new LabelTable(store, files, contents.end()),
        parts.workers,
        options.durability().orElse(Durability.FLUSH),
        index);
  }

  private static IOException closed(Parts parts, Throwable failure) {
    try {
      parts.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return Workers.rethrown(failure);
  }
}
