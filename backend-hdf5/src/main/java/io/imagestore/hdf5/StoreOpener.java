package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.OpenMode;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreLockedException;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.Beside;
import io.imagestore.hdf5.format.FileInUseException;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.hdf5.format.UnsupportedHdf5Exception;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreHeader;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.Stores;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens what lies at a path: a store of ours, or a file of another making. */
final class StoreOpener {

  private static final String NAME = "Hdf5ImageStore";
  private static final String FORMAT = "imagestore-hdf5";
  private static final int VERSION = 1;

  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  /** The attribute of the root group that holds the header. */
  private static final String ATTRIBUTE = "imagestore";

  private final Path path;
  private final Hdf5Options options;

  /**
   * For one opening.
   *
   * @param path as it is named in messages
   */
  StoreOpener(Path path, Hdf5Options options) {
    this.path = path;
    this.options = options;
  }

  private ImageStoreException explained(IOException e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    if (e instanceof Hdf5FormatException) {
      return new CorruptStoreException(
          "store " + path + " is damaged: " + reason + "; restore it from a copy", e);
    }
    if (e instanceof UnsupportedHdf5Exception) {
      return new UnsupportedStoreException(
          "store "
              + path
              + " uses what can be read only, if at all: "
              + reason
              + "; open it to read, with ImageStores.open(path)",
          e);
    }
    if (e instanceof FileInUseException) {
      return new StoreLockedException("store " + path + " is in use: " + reason, e);
    }
    return IoFailure.of("opening store " + path + " failed", e);
  }

  // To write.

  ImageStore openToWrite(StoreFiles files) {
    if (Files.isDirectory(path)) {
      throw new UnsupportedStoreException(path + " is a folder; an HDF5 store is a file");
    }
    try {
      return openLocked(files);
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private ImageStore openLocked(StoreFiles files) throws IOException {
    Path file = realFile(path.toAbsolutePath(), files, MOST_LINKS);
    StoreLock lock = StoreLock.acquire(Beside.named(file, ".lock"), path);
    boolean kept = false;
    try {
      ImageStore store = openToWrite(file, files, lock);
      kept = true;
      return store;
    } finally {
      if (!kept) {
        lock.close();
      }
    }
  }

  /** The same for all names that a file has by links, for lock and journal lie beside it. */
  private static Path realFile(Path name, StoreFiles files, int mostLinks) throws IOException {
    if (!Files.notExists(name)) {
      return name.toRealPath(); // or why it can't be reached
    }
    if (Files.isSymbolicLink(name)) { // to a file that is yet to be made
      if (mostLinks == 0) {
        throw new FileSystemLoopException(name.toString());
      }
      Path target = name.resolveSibling(Files.readSymbolicLink(name));
      return realFile(target, files, mostLinks - 1);
    }
    Path folder = name.getParent();
    Path file = name.getFileName();
    if (folder == null || file == null) {
      return name;
    }
    if (Files.notExists(folder)) {
      files.createFolders(folder);
    }
    return folder.toRealPath().resolve(file);
  }

  private ImageStore openToWrite(Path file, StoreFiles files, StoreLock lock) throws IOException {
    boolean exists = !Files.notExists(file);
    if (exists && options.mode() == OpenMode.CREATE_NEW) {
      throw new StoreExistsException(
          "there is something at " + path + " already, and the store was to be a new one");
    }
    // A file of no bytes is what a crash can leave of one that was being made.
    boolean fresh = !exists || Files.size(file) == 0;
    List<String> freshNames = options.labelNames().orElse(List.of());
    Hdf5Table table = fresh ? make(file, freshNames, files) : openOwnToWrite(file, files);
    boolean kept = false;
    try {
      Commit commit = Commit.load(table.view(), path, options.verifyChecksums());
      WrittenState state = new WrittenState(table, commit);
      ByteReuse reuse = ByteReuse.begin(table, commit);
      List<String> names = fresh ? freshNames : labelNames(table);
      Hdf5Reader reader = new Hdf5Reader(path, state, names, options);
      kept = true;
      return Stores.store(NAME, reader, new Hdf5Writer(path, state, reader, reuse, options, lock));
    } finally {
      if (!kept) {
        table.close();
      }
    }
  }

  private Hdf5Table make(Path file, List<String> labelNames, StoreFiles files) throws IOException {
    String header = new StoreHeader(FORMAT, VERSION, labelNames).toJson();
    return Hdf5Table.create(
        file,
        Map.of(ATTRIBUTE, header),
        Columns.SCHEMAS,
        options.chunkCacheBytes(),
        files,
        options.durableCommits());
  }

  private Hdf5Table openOwnToWrite(Path file, StoreFiles files) throws IOException {
    Hdf5Table table;
    try {
      table = Hdf5Table.open(file, Columns.SCHEMAS, options.chunkCacheBytes(), files);
    } catch (Hdf5FormatException | UnsupportedHdf5Exception e) {
      if (isOurs(file)) {
        throw e;
      }
      throw foreign();
    }
    if (table.attribute(ATTRIBUTE).isEmpty()) {
      table.close();
      throw foreign();
    }
    return table;
  }

  private UnsupportedStoreException foreign() {
    return new UnsupportedStoreException(
        "the HDF5 file "
            + path
            + " is of another making, which can only be read: open it with"
            + " ImageStores.open(path), and copy it into a store");
  }

  /** The names asked for, which become those stored. */
  private List<String> labelNames(Hdf5Table table) throws IOException {
    List<String> stored = header(table).labelNames();
    List<String> wanted = options.labelNames().orElse(stored);
    if (!wanted.equals(stored)) {
      try (Transaction transaction = table.begin()) {
        transaction.attribute(ATTRIBUTE, new StoreHeader(FORMAT, VERSION, wanted).toJson());
        transaction.commit(options.durableCommits());
      }
    }
    return wanted;
  }

  // To read.

  ImageSource openReadOnly() {
    if (Files.notExists(path)) {
      throw new StoreNotFoundException("there is no HDF5 file at " + path);
    }
    try {
      Path file = path.toRealPath();
      if (!Files.isRegularFile(file)) {
        throw new UnsupportedStoreException(path + " is no file; an HDF5 store is one");
      }
      return openReadOnly(file);
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private ImageSource openReadOnly(Path file) throws IOException {
    Hdf5Table table = openOwnToRead(file);
    if (table == null) {
      return Stores.source("ForeignHdf5File", ForeignReader.open(path, options));
    }
    StoreState state = WatchedState.of(table, file, path, options);
    boolean kept = false;
    try {
      Hdf5Reader reader = new Hdf5Reader(path, state, header(table).labelNames(), options);
      kept = true;
      return Stores.source(NAME, reader);
    } finally {
      if (!kept) {
        state.close();
      }
    }
  }

  /** The table, or null if the file is of another making. */
  private @Nullable Hdf5Table openOwnToRead(Path file) throws IOException {
    Hdf5Table table;
    try {
      table = Hdf5Table.openReadOnly(file, Columns.SCHEMAS, options.chunkCacheBytes());
    } catch (Hdf5FormatException | UnsupportedHdf5Exception e) {
      if (isOurs(file)) {
        throw e;
      }
      return null;
    }
    if (table.attribute(ATTRIBUTE).isEmpty()) {
      table.close();
      return null;
    }
    return table;
  }

  // The header.

  /** Whether a file that can't be opened as a store is one nevertheless. */
  private boolean isOurs(Path file) throws IOException {
    if (!Hdf5ImageStoreProvider.isHdf5(file)) {
      throw new UnsupportedStoreException(path + " is no HDF5 file");
    }
    try {
      return Hdf5Table.readAttribute(file, ATTRIBUTE).map(this::parsed).isPresent();
    } catch (UnsupportedHdf5Exception e) {
      return false;
    } catch (Hdf5FormatException e) {
      return true; // its damage is why it can't be opened
    }
  }

  private StoreHeader header(Hdf5Table table) {
    return parsed(
        table
            .attribute(ATTRIBUTE)
            .orElseThrow(
                () -> new CorruptStoreException("store " + path + " has lost its header")));
  }

  private StoreHeader parsed(String json) {
    return StoreHeader.parse(json, FORMAT, VERSION, path);
  }
}
