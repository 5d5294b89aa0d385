package io.imagestore.hdf5.format;

import io.imagestore.spi.StoreFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An HDF5 file whose root group has datasets of equal length, the columns of a table, that grow and
 * shrink together, and beside them datasets of bytes that rows refer to, the <em>blobs</em>.
 *
 * <p>One thread at a time may write: {@link #begin}, the transaction, {@link #checkpoint} and
 * {@link #close}. Any number may read beside it, through {@link #read}.
 */
public final class Hdf5Table implements Closeable {

  private static final int MAX_ATTEMPTS = 1000;

  private final Path path;
  private final StorageFile storage;
  private final TableStructure structure;
  private final ReuseGuard guard;
  private final TableView opened;
  private final @Nullable TableWriter writer;

  private Hdf5Table(
      Path path,
      StorageFile storage,
      TableStructure structure,
      ReuseGuard guard,
      TableView opened,
      @Nullable TableWriter writer) {
    this.path = path;
    this.storage = storage;
    this.structure = structure;
    this.guard = guard;
    this.opened = opened;
    this.writer = writer;
  }

  /**
   * Makes a file without columns.
   *
   * @param path where there is nothing, or an empty file
   * @param attributes texts to keep in the root group
   * @param schemas which datasets may make the table
   * @param cacheBytes the most that decoded chunks may take in memory
   * @param files through which the file and its journal are written
   * @param durable whether to wait until the file is on the device, so that a loss of power leaves
   *     all of it or nothing
   * @return the table, open for reading and writing
   * @throws IllegalArgumentException if an attribute is longer than 64 KiB
   * @throws IOException if it can't be made
   */
  public static Hdf5Table create(
      Path path,
      Map<String, String> attributes,
      List<TableSchema> schemas,
      long cacheBytes,
      StoreFiles files,
      boolean durable)
      throws IOException {
    byte[] start = TableStructure.emptyFile(attributes);
    files.delete(Journal.beside(path)); // of a file that is no more
    StorageFile storage =
        durable
            ? StorageFile.createDurably(files, path, start)
            : StorageFile.create(files, path, start);
    boolean made = false;
    try {
      Hdf5Table table = forWriting(path, storage, schemas, List.of(), cacheBytes, files);
      made = true;
      return table;
    } finally {
      if (!made) {
        storage.close();
      }
    }
  }

  private static Hdf5Table forWriting(
      Path path,
      StorageFile storage,
      List<TableSchema> schemas,
      Collection<Move> moves,
      long cacheBytes,
      StoreFiles files)
      throws IOException {
    TableStructure structure = TableStructure.read(new PagedSource(storage), schemas);
    ReuseGuard guard = new ReuseGuard(storage, true, ReuseCounter.read(storage));
    TableView view = view(storage, structure, moves, cacheBytes);
    TableWriter writer = new TableWriter(files, path, storage, structure, guard, view);
    return new Hdf5Table(path, storage, structure, guard, view, writer);
  }

  private static TableView view(
      StorageFile storage, TableStructure structure, Collection<Move> moves, long cacheBytes)
      throws IOException {
    return new TableView(
        storage, new ChunkCache(cacheBytes), structure.endOfFile(), structure.chunks(moves));
  }

  /**
   * Opens a file for reading and writing, finishing or undoing what a crash interrupted. The caller
   * sees to it that nobody else writes.
   *
   * @param path the file
   * @param schemas which datasets may make the table; of one there must be all, or of all none
   * @param cacheBytes the most that decoded chunks may take in memory
   * @param files through which the file and its journal are written
   * @return the open table
   * @throws Hdf5FormatException if a structure is damaged
   * @throws UnsupportedHdf5Exception if the file is of another making
   * @throws FileInUseException if another program has it open
   * @throws IOException if it can't be read or written
   */
  public static Hdf5Table open(
      Path path, List<TableSchema> schemas, long cacheBytes, StoreFiles files) throws IOException {
    StorageFile storage = StorageFile.open(files, path);
    @Nullable Hdf5Table table = null;
    boolean opened = false;
    try {
      Path journalPath = Journal.beside(path);
      boolean interrupted = !Files.notExists(journalPath);
      JournalContents journal = JournalContents.read(journalPath, files);
      Collection<Move> moves = interrupted ? recover(storage, journal, journalPath) : List.of();
      table = forWriting(path, storage, schemas, moves, cacheBytes, files);
      requireCounter(storage);
      checkSettled(table.structure, journal, journalPath);
      TableWriter writer = table.writer();
      if (interrupted) {
        writer.takeOverRecovered();
      } else {
        writer.takeOver();
      }
      opened = true;
      return table;
    } finally {
      if (!opened && table != null) {
        table.writer().abandon();
      } else if (!opened) {
        storage.close();
      }
    }
  }

  /** Gives what the writer has to bring home. */
  private static Collection<Move> recover(
      StorageFile storage, JournalContents journal, Path journalPath) throws IOException {
    Recovery recovery = Recovery.of(journal, storage, journalPath);
    requireCounter(storage);
    // Readers may have seen a commit that is now taken back.
    new ReuseGuard(storage, true, ReuseCounter.read(storage)).announce();
    recovery.write(storage);
    return recovery.moves();
  }

  private static void requireCounter(StorageFile storage) throws IOException {
    if (!ReuseCounter.read(storage).isThere()) {
      throw new UnsupportedHdf5Exception(
          "another program has made the file anew, and left out what its readers need to notice writes");
    }
  }

  /** Without the journal's checksums, nobody knows which rows reached the device. */
  private static void checkSettled(
      TableStructure structure, JournalContents journal, Path journalPath)
      throws Hdf5FormatException {
    if (structure.isMarkedUnsettled() && !structure.columns().isEmpty() && journal.isNothing()) {
      throw new Hdf5FormatException(
          "it was never flushed, and its journal "
              + journalPath
              + " is missing; if that can't be found, what was written to the file is lost");
    }
  }

  /**
   * Opens a file for reading, as it is after the last whole commit. Writes nothing: what a crash
   * interrupted is finished or undone in memory. Another process may go on writing; this table
   * stays as it is, and {@link #read} tells when it has to be opened again.
   *
   * @param path the file
   * @param schemas which datasets may make the table; of one there must be all, or of all none
   * @param cacheBytes the most that decoded chunks may take in memory
   * @return the open table
   * @throws Hdf5FormatException if a structure is damaged
   * @throws UnsupportedHdf5Exception if the file is of another making
   * @throws FileInUseException if another program has it open
   * @throws IOException if it can't be read
   */
  public static Hdf5Table openReadOnly(Path path, List<TableSchema> schemas, long cacheBytes)
      throws IOException {
    Path journalPath = Journal.beside(path);
    StorageFile storage = StorageFile.openReadOnly(path);
    boolean opened = false;
    try {
      for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        ReuseCounter.Reading counter = ReuseCounter.read(storage);
        JournalContents journal = journal(journalPath);
        try {
          Recovery recovery = Recovery.of(journal, storage, journalPath);
          ByteSource source = new PagedSource(recovery.over(storage));
          TableStructure structure = TableStructure.read(source, schemas);
          checkSettled(structure, journal, journalPath);
          TableView view = view(storage, structure, recovery.moves(), cacheBytes);
          opened = isStill(counter, journal, storage, journalPath);
          if (opened) {
            ReuseGuard guard = new ReuseGuard(storage, false, counter);
            return new Hdf5Table(path, storage, structure, guard, view, null);
          }
        } catch (IOException e) {
          if (isStill(counter, journal, storage, journalPath)) {
            throw e;
          }
          // What looked damaged was half old, half new.
        }
      }
      throw new FileInUseException(
          "another process writes to it faster than it can be read; try again");
    } finally {
      if (!opened) {
        storage.close();
      }
    }
  }

  private static JournalContents journal(Path journalPath) throws IOException {
    return JournalContents.read(journalPath, StoreFiles.ofSystem());
  }

  /**
   * Whether all that was read since is of one state. A journal that shows more commits, but no
   * metadata as it was before them, tells of nothing that was overwritten but what it covers.
   */
  private static boolean isStill(
      ReuseCounter.Reading counter, JournalContents journal, StorageFile storage, Path journalPath)
      throws IOException {
    return journal.isBeginningOf(journal(journalPath))
        && counter.equals(ReuseCounter.read(storage));
  }

  /**
   * Reads a text in the root group, without opening the table.
   *
   * @param path the file
   * @param name the text's name
   * @return the text, or empty if there is none
   * @throws Hdf5FormatException if a structure is damaged
   * @throws UnsupportedHdf5Exception if the file is of another making
   * @throws IOException if it can't be read
   */
  public static Optional<String> readAttribute(Path path, String name) throws IOException {
    try (StorageFile storage = StorageFile.openReadOnly(path)) {
      Overlay metadata = Recovery.unchecked(journal(Journal.beside(path)));
      ByteSource source = new PagedSource(new OverlaidSource(storage, metadata));
      ObjectHeader root = ObjectHeader.read(source, Superblock.read(source).root());
      return Optional.ofNullable(TableStructure.texts(root).get(name));
    }
  }

  // Reading.

  /**
   * The table as it is now.
   *
   * @return after the last commit
   */
  public TableView view() {
    return writer == null ? opened : writer.view();
  }

  /**
   * A text in the root group.
   *
   * @param name its name
   * @return the text, or empty if there is none
   */
  public Optional<String> attribute(String name) {
    return Optional.ofNullable(structure.attribute(name));
  }

  /**
   * Reads once, as {@link ReadWatch#read} does.
   *
   * @param reading reads from the view of this moment
   * @param <T> what it returns
   * @return what it returned
   * @throws OutdatedException if what the view refers to was overwritten meanwhile
   * @throws IOException if the file can't be read, or is damaged
   */
  public <T> T read(ReadWatch.Reading<T> reading) throws IOException {
    try (ReadWatch watch = guard.watch()) {
      return watch.read(reading);
    }
  }

  /**
   * Watches from now on whether what is read can be believed. Nobody waits for it.
   *
   * @return to be closed
   */
  public ReadWatch watch() {
    return guard.watch();
  }

  /**
   * Watches, and lets this process's writer wait before it overwrites anything. Against another
   * process's writer it does no more than {@link #watch}.
   *
   * @return to be closed soon
   */
  public ReadWatch hold() {
    return guard.hold();
  }

  // Writing.

  /**
   * Begins a change. It has to end before the next begins.
   *
   * @return the change, of which nothing is seen until it is committed
   * @throws IOException if the file can't be written
   */
  public Transaction begin() throws IOException {
    return writer().begin();
  }

  /**
   * Waits until everything is on the device, so that no crash takes it back, and lets the space of
   * what was deleted or replaced be used again.
   *
   * @throws IOException if the device fails
   */
  public void checkpoint() throws IOException {
    writer().checkpoint();
  }

  /**
   * Lets bytes of a blob be used again to which no row refers, once after opening.
   *
   * @param column the blob's index
   * @param position where they begin
   * @param count how many they are
   */
  public void free(int column, long position, long count) {
    writer().blobSpace(column).add(new Extent(position, count));
  }

  TableWriter writer() {
    if (writer == null) {
      throw new IllegalStateException(path + " was opened for reading");
    }
    return writer;
  }

  /**
   * Leaves a file that needs no journal.
   *
   * @throws IOException if the device fails; the file is closed all the same, and opening it again
   *     mends it
   */
  @Override
  public void close() throws IOException {
    if (writer == null) {
      storage.close();
    } else {
      writer.close();
    }
  }
}
