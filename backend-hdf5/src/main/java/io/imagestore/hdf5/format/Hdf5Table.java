package io.imagestore.hdf5.format;

import io.imagestore.hdf5.format.ObjectHeader.Message;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * An HDF5 file whose root group has datasets of equal length, the columns of a table, that grow and
 * shrink together.
 *
 * <p>One thread at a time may write: {@link #begin}, the transaction, {@link #checkpoint} and
 * {@link #close}. Any number may read beside it, through {@link #read}.
 */
public final class Hdf5Table implements Closeable {

  // What of the metadata is put into the journal at each checkpoint, to save waiting for the device
  // later.
  private static final int MAX_COVERED_BYTES = 256 << 10;
  private static final long MAX_JOURNAL_BYTES = 8 << 20;
  private static final long MAX_LET_GO_BYTES = 64 << 20;
  private static final int OPTIMISTIC_READS = 3;

  /** An attribute of the root group until a state of the file was waited for. */
  private static final String UNSETTLED = "unsettled";

  private static final int MAX_ATTEMPTS = 1000;

  private final Path path;
  private final Path journalPath;
  private final boolean writable;
  private final List<String> names;
  private final ChunkCache cache;
  private final StorageFile storage;
  private final Superblock superblock;
  private final StampedLock reuse = new StampedLock();
  private ReuseCounter.Reading counter;
  private final FreeSpace space;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private List<Column> columns = List.of();
  private ObjectHeader root;
  private volatile TableView view;

  // Since the last checkpoint:
  private @Nullable Journal journal;
  private final Set<MetadataBlock> covered = Collections.newSetFromMap(new IdentityHashMap<>());
  private long mostRows;
  private boolean changed;
  private boolean settled;

  private boolean broken;

  private Hdf5Table(
      Path path,
      boolean writable,
      List<String> names,
      StorageFile storage,
      ByteSource source,
      ReuseCounter.Reading counter,
      long cacheBytes)
      throws IOException {
    this.path = path;
    this.journalPath = Journal.beside(path);
    this.writable = writable;
    this.names = List.copyOf(names);
    this.cache = new ChunkCache(cacheBytes);
    this.storage = storage;
    this.counter = counter;
    this.superblock = Superblock.read(source);
    if (superblock.markedOpen()) {
      throw new FileInUseException(
          "another program has the file open for writing, or died in it; if none has, run h5clear -s on it");
    }
    this.root = ObjectHeader.read(source, superblock.root());
    this.space = new FreeSpace(superblock.endOfFile());
    this.view = load(source);
    this.mostRows = view.rows();
    this.settled = !attributes.containsKey(UNSETTLED);
  }

  /**
   * Makes a file without columns.
   *
   * @param path where there is nothing, or an empty file
   * @param attributes texts to keep in the root group
   * @param columns the names of the datasets that will make the table
   * @param cacheBytes the most that decoded chunks may take in memory
   * @return the table, open for reading and writing
   * @throws IllegalArgumentException if an attribute is longer than 64 KiB
   * @throws IOException if it can't be made
   */
  public static Hdf5Table create(
      Path path, Map<String, String> attributes, List<String> columns, long cacheBytes)
      throws IOException {
    byte[] start = emptyFile(attributes);
    Journal.deleteIfThere(Journal.beside(path)); // of a file that is no more
    StorageFile storage = StorageFile.create(path, start);
    boolean made = false;
    try {
      ByteSource source = new PagedSource(storage);
      Hdf5Table table =
          new Hdf5Table(
              path, true, columns, storage, source, ReuseCounter.read(storage), cacheBytes);
      made = true;
      return table;
    } finally {
      if (!made) {
        storage.close();
      }
    }
  }

  private static byte[] emptyFile(Map<String, String> attributes) {
    FreeSpace space = new FreeSpace(ReuseCounter.END);
    Changes changes = new Changes(space);
    List<Message> messages = new ArrayList<>(Messages.emptyGroup());
    attributes.forEach((name, text) -> messages.add(Messages.attribute(name, text)));
    messages.add(Messages.attribute(UNSETTLED, "needs the journal beside this file"));
    ObjectHeader root = ObjectHeader.create(messages, changes);
    changes.seal();
    byte[] file = new byte[(int) space.end()];
    Superblock superblock = Superblock.create(root.address(), space.end());
    System.arraycopy(superblock.block().bytes(), 0, file, 0, Superblock.BYTES);
    byte[] counter = ReuseCounter.fresh().patch().bytes();
    System.arraycopy(counter, 0, file, (int) ReuseCounter.ADDRESS, counter.length);
    byte[] header = changes.created().get(0).bytes();
    System.arraycopy(header, 0, file, (int) root.address(), header.length);
    return file;
  }

  /**
   * Opens a file for reading and writing, finishing or undoing what a crash interrupted. The caller
   * sees to it that nobody else writes.
   *
   * @param path the file
   * @param columns the names of the datasets that make the table; there must be all or none
   * @param cacheBytes the most that decoded chunks may take in memory
   * @return the open table
   * @throws Hdf5FormatException if a structure is damaged
   * @throws UnsupportedHdf5Exception if the file is of another making
   * @throws FileInUseException if another program has it open
   * @throws IOException if it can't be read or written
   */
  public static Hdf5Table open(Path path, List<String> columns, long cacheBytes)
      throws IOException {
    StorageFile storage = new StorageFile(path, true);
    boolean opened = false;
    try {
      Path journalPath = Journal.beside(path);
      boolean interrupted = Files.exists(journalPath);
      Journal.Contents journal = Journal.read(journalPath);
      ReuseCounter.Reading counter = requireCounter(ReuseCounter.read(storage));
      Overlay recovered = Recovery.of(journal, storage, journalPath);
      if (interrupted) {
        counter = count(storage, counter);
      }
      for (Patch patch : recovered.patches()) {
        storage.write(patch);
      }
      ByteSource source = new PagedSource(storage);
      Hdf5Table table = new Hdf5Table(path, true, columns, storage, source, counter, cacheBytes);
      table.checkSettled(journal);
      storage.clearFrom(table.superblock.endOfFile());
      table.findFreeSpace();
      if (interrupted) {
        table.clear(table.view.rows(), Long.MAX_VALUE);
        table.settleWithoutJournal();
      }
      opened = true;
      return table;
    } finally {
      if (!opened) {
        storage.close();
      }
    }
  }

  private static ReuseCounter.Reading requireCounter(ReuseCounter.Reading counter)
      throws IOException {
    if (!counter.isThere()) {
      throw new UnsupportedHdf5Exception(
          "another program has made the file anew, and left out what its readers need to notice writes");
    }
    return counter;
  }

  /** Tells readers in other processes that what earlier states refer to will be overwritten. */
  private static ReuseCounter.Reading count(StorageFile storage, ReuseCounter.Reading counter)
      throws IOException {
    storage.write(counter.next().patch());
    return counter.next();
  }

  /**
   * Opens a file for reading, as it is after the last whole commit. Writes nothing: what a crash
   * interrupted is finished or undone in memory. Another process may go on writing; this table
   * stays as it is, and {@link #read} tells when it has to be opened again.
   *
   * @param path the file
   * @param columns the names of the datasets that make the table; there must be all or none
   * @param cacheBytes the most that decoded chunks may take in memory
   * @return the open table
   * @throws Hdf5FormatException if a structure is damaged
   * @throws UnsupportedHdf5Exception if the file is of another making
   * @throws FileInUseException if another program has it open
   * @throws IOException if it can't be read
   */
  public static Hdf5Table openReadOnly(Path path, List<String> columns, long cacheBytes)
      throws IOException {
    Path journalPath = Journal.beside(path);
    StorageFile storage = new StorageFile(path, false);
    boolean opened = false;
    try {
      for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        ReuseCounter.Reading counter = ReuseCounter.read(storage);
        Journal.Contents journal = Journal.read(journalPath);
        try {
          ByteSource source =
              new PagedSource(
                  new OverlaidSource(storage, Recovery.of(journal, storage, journalPath)));
          Hdf5Table table =
              new Hdf5Table(path, false, columns, storage, source, counter, cacheBytes);
          table.checkSettled(journal);
          opened = isStill(counter, journal, storage, journalPath);
          if (opened) {
            return table;
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

  /**
   * Whether all that was read since is of one state. A journal that shows more commits, but no
   * metadata as it was before them, tells of nothing that was overwritten but what it covers.
   */
  private static boolean isStill(
      ReuseCounter.Reading counter, Journal.Contents journal, StorageFile storage, Path journalPath)
      throws IOException {
    return journal.isBeginningOf(Journal.read(journalPath))
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
    try (StorageFile storage = new StorageFile(path, false)) {
      ByteSource source =
          new PagedSource(
              new OverlaidSource(storage, Recovery.unchecked(Journal.read(Journal.beside(path)))));
      ObjectHeader root = ObjectHeader.read(source, Superblock.read(source).root());
      return Optional.ofNullable(texts(root).get(name));
    }
  }

  private static Map<String, String> texts(ObjectHeader root) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Message message : root.messages()) {
      if (message.type() == Message.ATTRIBUTE && (message.flags() & Message.SHARED) == 0) {
        Optional<String> text = Messages.attributeText(message);
        if (text.isPresent()) {
          texts.put(Messages.attributeName(message), text.get());
        }
      }
    }
    return texts;
  }

  private TableView load(ByteSource source) throws IOException {
    Map<String, Long> links = new LinkedHashMap<>();
    for (Message message : root.messages()) {
      if (message.type() == Message.LINK) {
        Messages.Link link = Messages.parseLink(message);
        links.put(link.name(), link.address());
      }
    }
    attributes.putAll(texts(root));
    if (names.stream().noneMatch(links::containsKey)) {
      return new TableView(storage, cache, 0, superblock.endOfFile(), List.of());
    }
    List<Column> found = new ArrayList<>();
    for (String name : names) {
      Long address = links.get(name);
      if (address == null) {
        throw new UnsupportedHdf5Exception("there is no dataset '" + name + "'");
      }
      found.add(Column.read(source, name, address));
    }
    columns = found;
    checkLengths();
    List<TableView.ColumnView> views = new ArrayList<>();
    for (Column column : columns) {
      views.add(new TableView.ColumnView(column.spec(), column.chunks(superblock.endOfFile())));
    }
    return new TableView(storage, cache, columns.get(0).rows(), superblock.endOfFile(), views);
  }

  private void checkLengths() throws IOException {
    long rows = columns.get(0).rows();
    if (columns.stream().anyMatch(column -> column.rows() != rows)) {
      List<String> lengths =
          columns.stream().map(column -> column.spec().name() + " " + column.rows()).toList();
      throw new Hdf5FormatException(
          "the datasets' lengths disagree: "
              + String.join(", ", lengths)
              + "; whoever extended one of them must extend the others too");
    }
  }

  /**
   * Waits until the file is on the device, so that it needs the journal it was opened with no more.
   */
  private void settleWithoutJournal() throws IOException {
    storage.sync();
    settled = true;
    if (!attributes.containsKey(UNSETTLED)) {
      Journal.delete(journalPath);
      return;
    }
    boolean removed = false;
    try {
      removeMark(); // with a journal in place of that one
      removed = true;
    } finally {
      if (!removed && journal != null) {
        journal.close(); // opening fails, so nobody else does
      }
    }
  }

  private void removeMark() throws IOException {
    try (Transaction transaction = begin()) {
      transaction.removeAttribute(UNSETTLED);
      transaction.commit(false);
    }
  }

  /** Without the journal's checksums, nobody knows which rows reached the device. */
  private void checkSettled(Journal.Contents journal) throws Hdf5FormatException {
    if (!settled && !columns.isEmpty() && journal.isNothing()) {
      throw new Hdf5FormatException(
          "it was never flushed, and its journal "
              + journalPath
              + " is missing; if that can't be found, what was written to the file is lost");
    }
  }

  /** What lies between what is known may be used, if there is nothing that isn't known. */
  private void findFreeSpace() throws IOException {
    Set<Integer> known =
        Set.of(
            Message.NIL,
            Message.LINK_INFO,
            Message.GROUP_INFO,
            Message.LINK,
            Message.ATTRIBUTE,
            Message.CONTINUATION);
    for (Message message : root.messages()) {
      boolean foreignLink =
          message.type() == Message.LINK && !names.contains(Messages.parseLink(message).name());
      boolean foreignText =
          message.type() == Message.ATTRIBUTE
              && !attributes.containsKey(Messages.attributeName(message));
      if (!known.contains(message.type()) || foreignLink || foreignText) {
        return;
      }
    }
    if (superblock.hasExtension() || !columns.stream().allMatch(Column::isWhollyKnown)) {
      return;
    }
    List<Extent> used = new ArrayList<>();
    used.add(new Extent(0, ReuseCounter.END));
    root.blocks().forEach(block -> used.add(new Extent(block.address(), block.size())));
    for (Column column : columns) {
      used.addAll(column.extents());
      for (int i = 0; i < Math.min(column.indexLength(), Integer.MAX_VALUE); i++) {
        Chunk chunk = column.chunk(i);
        if (chunk != null) {
          used.add(new Extent(chunk.address(), chunk.size()));
        }
      }
    }
    FreeSpace.gaps(used, superblock.endOfFile()).forEach(space::add);
  }

  // Reading.

  /**
   * The table as it is now.
   *
   * @return after the last commit
   */
  public TableView view() {
    return view;
  }

  /**
   * A text in the root group.
   *
   * @param name its name
   * @return the text, or empty if there is none
   */
  public Optional<String> attribute(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  /**
   * Reads, so that what is returned or thrown is right: if what the state refers to was overwritten
   * meanwhile, it reads again, or, where another process did that, says that the table has to be
   * opened again.
   *
   * @param reading takes the current view, directly or as part of a state of the caller's, and
   *     reads; must have no other effect than what it does anew each time
   * @param <T> what it returns
   * @return what it returned last
   * @throws OutdatedException if another process has overwritten what this table refers to
   * @throws IOException if the file can't be read, or is damaged
   */
  public <T> T read(Reading<T> reading) throws IOException {
    return writable ? readBesideOwnWrites(reading) : readBesideOthersWrites(reading);
  }

  private <T> T readBesideOwnWrites(Reading<T> reading) throws IOException {
    for (int i = 0; i < OPTIMISTIC_READS; i++) {
      long stamp = reuse.tryOptimisticRead();
      try {
        T result = reading.run();
        if (reuse.validate(stamp)) {
          return result;
        }
      } catch (IOException | RuntimeException e) {
        if (reuse.validate(stamp)) {
          throw e;
        }
      }
    }
    long stamp = reuse.readLock();
    try {
      return reading.run();
    } finally {
      reuse.unlockRead(stamp);
    }
  }

  private <T> T readBesideOthersWrites(Reading<T> reading) throws IOException {
    try {
      T result = reading.run();
      if (isCurrent()) {
        return result;
      }
    } catch (IOException | RuntimeException | InternalError e) {
      // The error is what the JVM makes of a mapped page that is gone.
      if (isCurrent()) {
        throw e;
      }
    }
    throw new OutdatedException();
  }

  private boolean isCurrent() throws IOException {
    VarHandle.loadLoadFence(); // what was read before the counter must be so for the processor, too
    return !counter.isThere() || storage.getLong(ReuseCounter.valueAddress()) == counter.value();
  }

  /**
   * A piece of reading.
   *
   * @param <T> what it returns
   */
  @FunctionalInterface
  public interface Reading<T> {
    /**
     * Reads.
     *
     * @return anything
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  // Writing.

  /**
   * Begins a change. It has to end before the next begins.
   *
   * @return the change, of which nothing is seen until it is committed
   * @throws IOException if the file can't be written
   */
  public Transaction begin() throws IOException {
    if (!writable) {
      throw new IllegalStateException(path + " was opened for reading");
    }
    if (broken) {
      throw new IOException(
          "an earlier write could neither be finished nor taken back; open the file again");
    }
    if (journal == null) {
      announceReuse(); // a reader might see no journal before and after a whole opening
      if (settled) {
        storage.sync();
      }
      journal =
          Journal.begin(journalPath, System.currentTimeMillis() << 16, likelyToChange(), settled);
    } else if (journal.length() > MAX_JOURNAL_BYTES
        || space.letGoBytes() > Math.max(MAX_LET_GO_BYTES, space.end() / 4)) {
      checkpoint();
    }
    return new Transaction(this);
  }

  /**
   * The metadata to keep in the journal as it is now: all, or if that is much, what appending
   * changes.
   */
  private List<Patch> likelyToChange() {
    covered.clear();
    List<MetadataBlock> blocks = new ArrayList<>();
    blocks.add(superblock.block());
    if (!settled) {
      blocks.addAll(root.blocks());
    }
    columns.forEach(column -> blocks.addAll(column.hotBlocks()));
    List<MetadataBlock> others = new ArrayList<>();
    columns.forEach(column -> others.addAll(column.blocks()));
    long bytes = 0;
    for (MetadataBlock block : others) {
      bytes += block.size();
    }
    if (bytes < MAX_COVERED_BYTES) {
      blocks.addAll(others);
    }
    covered.addAll(blocks);
    return covered.stream().map(MetadataBlock::whole).toList();
  }

  StorageFile storage() {
    return storage;
  }

  FreeSpace space() {
    return space;
  }

  List<Column> columns() {
    return columns;
  }

  /** Rows from this number on have been no part of any state since the last checkpoint. */
  long mostRows() {
    return mostRows;
  }

  void createColumns(List<ColumnSpec> specs, Changes changes) {
    List<Column> made = new ArrayList<>();
    List<Message> messages = new ArrayList<>(root.messages());
    for (ColumnSpec spec : specs) {
      Column column = Column.create(spec, changes);
      made.add(column);
      messages.add(Messages.link(spec.name(), column.headerAddress()));
    }
    columns = made;
    replaceRoot(messages, changes);
  }

  /** Sets a text, or removes it if it is null. */
  void attribute(String name, @Nullable String text, Changes changes) throws IOException {
    List<Message> messages = new ArrayList<>();
    for (Message message : root.messages()) {
      if (message.type() != Message.ATTRIBUTE || !Messages.attributeName(message).equals(name)) {
        messages.add(message);
      }
    }
    if (text == null) {
      attributes.remove(name);
    } else {
      messages.add(Messages.attribute(name, text));
      attributes.put(name, text);
    }
    replaceRoot(messages, changes);
  }

  /** Messages may have any place in a header, so the header is made anew, without gaps. */
  private void replaceRoot(List<Message> messages, Changes changes) {
    messages.removeIf(
        message -> message.type() == Message.NIL || message.type() == Message.CONTINUATION);
    root = ObjectHeader.create(messages, changes);
    superblock.root(root.address(), changes);
  }

  /** Makes a transaction's work part of the file, all or nothing. */
  TableView commit(Transaction transaction, boolean durable) throws IOException {
    Changes changes = new Changes(space);
    ObjectHeader oldRoot = root;
    List<Column> oldColumns = columns;
    Map<String, String> oldAttributes = new LinkedHashMap<>(attributes);
    Journal log = Objects.requireNonNull(journal);
    long logLength = log.length();
    long logSequence = log.sequence();
    boolean committed = false;
    List<Patch> undo = new ArrayList<>();
    try {
      transaction.finish(changes);
      superblock.endOfFile(space.end(), changes);
      changes.seal();
      // New blocks lie where nothing was, so they can be written now; that they are in the journal
      // too saves checking them after a crash.
      List<Patch> patches = new ArrayList<>();
      for (Patch patch : changes.additions()) {
        storage.write(patch);
        patches.add(patch);
      }
      List<Patch> inPlace = changes.patches();
      // The superblock first: HDF5 programs refuse what lies behind the end that it tells.
      inPlace.sort(Comparator.comparing(patch -> patch.address() != 0));
      patches.addAll(inPlace);
      if (durable && settled) {
        storage.sync();
      }
      List<MetadataBlock> uncovered =
          changes.changed().stream().filter(block -> !covered.contains(block)).toList();
      if (!uncovered.isEmpty()) {
        log.before(uncovered.stream().map(changes::before).toList());
      }
      boolean wait = settled && (durable || !uncovered.isEmpty());
      log.commit(patches, transaction.dataRanges(), wait);
      covered.addAll(uncovered);
      changes.changed().forEach(block -> undo.add(changes.before(block)));
      for (Patch patch : inPlace) {
        storage.write(patch);
      }
      if (durable && !settled) {
        storage.sync();
        log.syncWithName();
        settled = true;
      }
      covered.addAll(changes.created());
      committed = true;
    } finally {
      if (!committed) {
        columns = oldColumns;
        root = oldRoot;
        attributes.clear();
        attributes.putAll(oldAttributes);
        Set<MetadataBlock> made = changes.rollback();
        columns.forEach(column -> column.forget(made));
        takeBack(log, logLength, logSequence, undo);
      }
    }
    transaction.letGo().forEach(space::letGo);
    space.commit();
    changed = true;
    mostRows = Math.max(mostRows, transaction.rows());
    view = transaction.after();
    return view;
  }

  /**
   * Has to come before anything that an earlier state refers to is overwritten: from here on, those
   * who read in an older view have to look again.
   */
  private void announceReuse() throws IOException {
    counter = count(storage, counter);
    reuse.unlockWrite(reuse.writeLock());
  }

  private void takeBack(Journal log, long length, long sequence, List<Patch> undo) {
    try {
      announceReuse(); // to readers who have found its record in the journal
      for (Patch patch : undo) {
        storage.write(patch);
      }
      log.truncate(length, sequence);
    } catch (IOException e) {
      broken = true;
    }
  }

  /** Forgets what a transaction wrote. */
  void rollback(long dirtyRows) throws IOException {
    space.rollback();
    // What lies before is still needed to undo commits, and wasn't written to.
    clear(mostRows, dirtyRows);
  }

  /**
   * Makes rows in the free end of the last chunks zero again, for HDF5 programs that extend the
   * datasets.
   */
  private void clear(long fromRow, long upToRow) throws IOException {
    for (int i = 0; i < columns.size(); i++) {
      ColumnSpec spec = columns.get(i).spec();
      Chunk last = view.chunk(i, view.rows() / spec.chunkRows());
      long firstRow = view.rows() / spec.chunkRows() * spec.chunkRows();
      long from = Math.min(spec.chunkRows(), fromRow - firstRow);
      long upTo = Math.min(spec.chunkRows(), upToRow - firstRow);
      if (upTo > from && last != null && TableView.isPlain(spec, last)) {
        byte[] zeros = new byte[(int) (upTo - from) * spec.rowBytes()];
        storage.write(last.address() + from * spec.rowBytes(), zeros, 0, zeros.length);
      }
    }
  }

  /**
   * Waits until everything is on the device, so that no crash takes it back, and lets the space of
   * what was deleted or replaced be used again.
   *
   * @throws IOException if the device fails
   */
  public void checkpoint() throws IOException {
    Journal log = journal;
    if (log == null || !changed) {
      return;
    }
    storage.sync();
    if (log.length() > MAX_JOURNAL_BYTES) {
      Journal next = Journal.begin(journalPath, log.sequence(), likelyToChange(), true);
      log.close();
      journal = next;
    } else {
      log.checkpoint(likelyToChange());
      if (!settled) {
        log.syncWithName();
      }
    }
    settled = true;
    changed = false;
    if (space.letGoBytes() > 0 || view.rows() < mostRows) {
      announceReuse();
      clear(view.rows(), mostRows);
      mostRows = view.rows();
      space.checkpoint();
    }
    if (attributes.containsKey(UNSETTLED)) {
      removeMark();
    }
  }

  /**
   * Leaves a file that needs no journal.
   *
   * @throws IOException if the device fails; the file is closed all the same, and opening it again
   *     mends it
   */
  @Override
  public void close() throws IOException {
    boolean clean = false;
    try {
      if (journal != null && !broken) {
        packTails();
        if (view.rows() < mostRows || attributes.containsKey(UNSETTLED)) {
          checkpoint();
        }
        storage.sync();
        clean = true;
      }
    } finally {
      if (broken) {
        storage.close();
      } else {
        storage.close(space.end());
      }
      if (journal != null) {
        if (clean) {
          journal.delete();
        } else {
          journal.close();
        }
      }
    }
  }

  /** Filters the last chunks, which lie unfiltered as long as rows are added to them. */
  private void packTails() throws IOException {
    boolean any = false;
    for (int i = 0; i < columns.size(); i++) {
      ColumnSpec spec = columns.get(i).spec();
      Chunk last = view.chunk(i, view.rows() / spec.chunkRows());
      any |=
          spec.filters().any()
              && view.rows() % spec.chunkRows() > 0
              && last != null
              && TableView.isPlain(spec, last);
    }
    if (any) {
      try (Transaction transaction = begin()) {
        transaction.packTails();
        transaction.commit(false);
      }
    }
  }
}
