package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.OpenMode;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreFullException;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.disk.StateFile.Phase;
import io.imagestore.disk.TableReader.Contents;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.Stores;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a store's folder: makes it where it is missing, and puts it in order after a crash. */
final class StoreOpener {
  private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);

  private static final String NAME = "DiskImageStore";
  private static final String LOCK = "lock";

  /** What may lie in a folder in which a store was about to be made. */
  private static final Set<String> BEGINNINGS = Set.of(LOCK, StateFile.FILE, LabelTable.TEMPORARY);

  /** Lines that a table may have beyond one commit line an image, before it is written anew. */
  private static final int SPARE_LINES = 1000;

  /** What the file of metadata may have beyond twice of what counts, before it is. */
  private static final long SPARE_METADATA_BYTES = 1 << 22;

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
      if (ArticleLabels.areAt(store)) {
        return Stores.source("ArticleFolder", ArticleFolderReader.open(store, options));
      }
      throw new StoreNotFoundException(
          "there is no disk store at " + store + ": it has no " + TableFormat.FILE);
    }
    Parts parts = new Parts(store.toRealPath(), options, files, null);
    try {
      Index index = new WatchedIndex(parts.folder, files);
      Contents contents = new Recovery(store, parts).readTable();
      index.publish(Index.State.of(contents));
      return Stores.source(NAME, reader(index, parts, null));
    } catch (Throwable e) {
      throw closed(parts, e);
    }
  }

  ImageStore openToWrite() throws IOException {
    options.labelNames().ifPresent(TableFormat::requireReadable);
    requirePlace();
    files.createFolders(store);
    Path folder = store.toRealPath();
    Parts parts = new Parts(folder, options, files, StoreLock.acquire(folder.resolve(LOCK), store));
    try {
      if (!hasTable()) {
        // Again, now that no other process can be at it.
        requirePlace();
        try (StateFile state = StateFile.create(folder, files)) {
          replaceTable(folder, options.labelNames().orElse(List.of()), Snapshot.EMPTY, state);
        }
      }
      files.delete(folder.resolve(LabelTable.TEMPORARY));
      Contents contents = putInOrder(parts);
      Index index = new Index(Index.State.of(contents));
      StoreWriter writer = writer(contents, parts, index);
      putInOrder(writer, contents);
      return Stores.store(NAME, reader(index, parts, writer), writer);
    } catch (Throwable e) {
      throw closed(parts, e);
    }
  }

  private DiskReader reader(Index index, Parts parts, @Nullable StoreWriter writer) {
    return new DiskReader(store, options, index, parts, writer);
  }

  /** Does what a crash has left to do. */
  private void putInOrder(StoreWriter writer, Contents contents) throws IOException {
    try {
      recover(writer, contents);
      writer.removeOutdatedMetadata();
      if (options.durability().orElse(Durability.FLUSH) == Durability.COMMIT) {
        writer.sync();
      }
    } catch (Throwable e) {
      throw closed(writer, e);
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
    List<String> names =
        StoreFiles.entries(store).stream()
            .map(entry -> String.valueOf(entry.getFileName()))
            .toList();
    if (mustBeNew && hasTable()) {
      throw new StoreExistsException(
          "there is a store at " + store + " already, and it was to be a new one");
    }
    if (!hasTable() && names.contains(FileNames.ROOT)) {
      throw new CorruptStoreException(
          "the store at "
              + store
              + " has lost its label table: there are "
              + FileNames.ROOT
              + ", but no "
              + TableFormat.FILE
              + "; restore it from a copy");
    }
    if (!BEGINNINGS.containsAll(names)) {
      throw new UnsupportedStoreException(notAStore(names));
    }
  }

  private String notAStore(List<String> names) {
    if (ArticleLabels.areAt(store)) {
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

  /** Finds out what a crash has left, and writes the table anew where much of it is outdated. */
  private Contents putInOrder(Parts parts) throws IOException {
    Contents contents = new Recovery(store, parts).readTable();
    List<String> labelNames = options.labelNames().orElse(contents.header().labelNames());
    boolean compact = hasOutdatedMetadata(contents, parts);
    if (!compact && !isOutdated(contents) && labelNames.equals(contents.header().labelNames())) {
      return contents;
    }
    try {
      writeAnew(contents, parts, labelNames, compact);
    } catch (IOException e) {
      boolean isFull = IoFailure.of("", e) instanceof StoreFullException;
      if (!isFull || !labelNames.equals(contents.header().labelNames())) {
        throw e;
      }
      LOG.warn("store {} takes more room than it needs, but there is none to write it anew", store);
      return new Recovery(store, parts).readTable();
    }
    return TableReader.read(parts.folder, files);
  }

  private void writeAnew(Contents contents, Parts parts, List<String> labelNames, boolean compact)
      throws IOException {
    try (StoreWriter writer = writer(contents, parts, new Index(Index.State.of(contents)))) {
      recover(writer, contents);
      writer.sync();
    }
    try (StateFile state = new StateFile(parts.folder, files)) {
      state.open(0); // what is said of the old table isn't true of the new one
      Snapshot snapshot = contents.snapshot();
      replaceTable(
          parts.folder, labelNames, compact ? compacted(contents, parts) : snapshot, state);
    }
  }

  private static boolean isOutdated(Contents contents) {
    return contents.lines() > 2L * contents.snapshot().entries().size() + SPARE_LINES;
  }

  private static boolean hasOutdatedMetadata(Contents contents, Parts parts) {
    MetadataLines.End end = contents.metadata();
    long spare = isOutdated(contents) ? 0 : SPARE_METADATA_BYTES;
    return end.length() > 2 * contents.snapshot().metadataBytes() + spare
        && Files.exists(parts.folder.resolve(MetadataLines.file(end.generation())));
  }

  private Snapshot compacted(Contents contents, Parts parts) throws IOException {
    return MetadataFile.compact(
        parts.folder, files, contents.snapshot(), contents.metadata(), parts.metadata);
  }

  private void replaceTable(
      Path folder, List<String> labelNames, Snapshot snapshot, StateFile state) throws IOException {
    state.say(Phase.CLOSED, LabelTable.replace(folder, files, labelNames, snapshot));
  }

  private static void recover(StoreWriter writer, Contents contents) throws IOException {
    if (!contents.state().isClosed()) {
      writer.recover(contents);
    }
  }

  private StoreWriter writer(Contents contents, Parts parts, Index index) throws IOException {
    MetadataFile metadata =
        new MetadataFile(parts.folder, files, contents.metadata(), contents.flushedMetadata());
    try {
      return new StoreWriter(
          store,
          parts,
          contents,
          new ImageWriter(store, parts.files, parts.codecs, options.maxPixels()),
          metadata,
          new LabelTable(parts.folder, files, contents),
          new StateFile(parts.folder, files),
          options.durability().orElse(Durability.FLUSH),
          index);
    } catch (Throwable e) {
      throw closed(metadata, e);
    }
  }

  private static IOException closed(Closeable opened, Throwable failure) {
    try {
      opened.close();
    } catch (IOException | ImageStoreException e) {
      failure.addSuppressed(e);
    }
    return Workers.rethrown(failure);
  }
}
