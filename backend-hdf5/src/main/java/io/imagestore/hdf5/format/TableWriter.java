package io.imagestore.hdf5.format;

import io.imagestore.spi.StoreFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Commits and checkpoints: what is written when, and what of it survives.
 *
 * <p>A file is in one of four states:
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>NEW</td><td>It was made, and nobody has waited for a commit. It is marked as unsettled,
 *       so that it is refused without its journal once it has columns. A loss of power may leave any
 *       part of it, but for one that was made durably: that is left, at least without columns.</td></tr>
 *   <tr><td>IDLE</td><td>All of it is on the device, and there is no journal.</td></tr>
 *   <tr><td>LOGGING</td><td>On the device are the journal with its name, the metadata of the last
 *       checkpoint in it, and all else of that checkpoint in the file. A loss of power leaves the
 *       checkpoint, or one of the commits since with all those before it.</td></tr>
 *   <tr><td>FAILED</td><td>The device couldn't be waited for; or a record of the journal could be
 *       neither written nor taken out; or a step that was decided couldn't be done, be it for an
 *       error such as a lack of memory. Readers go on; nothing more is written, and the journal
 *       stays for the next opening, which mends it: {@link Recovery}.</td></tr>
 * </table>
 *
 * <p><b>Beginning</b> leads from IDLE to LOGGING: announce to readers that there is a writer; wait
 * for the file; write a journal with the metadata as it is, under another name; wait for it; rename
 * it; wait for its name. In NEW, the journal is written in place, and nothing is waited for.
 *
 * <p><b>A commit</b>, of which a failure before step 4 leaves nothing:
 *
 * <ol>
 *   <li>Raw data and new metadata blocks are written to space that no state refers to. Nothing
 *       survives yet.
 *   <li>If it shall be durable, the file is waited for: that data is on the device. In NEW, the
 *       journal and its name are waited for, too, which leads to LOGGING.
 *   <li>Of metadata that the journal doesn't have yet, what was there before is appended to it.
 *   <li>The commit is appended to the journal: its metadata, a checksum of each stretch of raw
 *       data, and whether that was waited for. <em>This decides:</em> the death of the process
 *       leaves it. If it is durable, or step 3 had something to do, the journal is waited for: a
 *       loss of power leaves a durable one, too. If waiting fails, the commit is taken out of the
 *       journal again; but as that can't be waited for, a loss of power may leave it all the same.
 *   <li>Its metadata is written in place. Should that fail, the commit is there all the same, from
 *       the journal.
 * </ol>
 *
 * <p>A row that is replaced has its new bytes elsewhere, in space that no state refers to, and the
 * commit's record tells where it belongs. Whoever reads that commit, be it here, in another process
 * or after a crash, reads the row there: its home still belongs to earlier states.
 *
 * <p><b>A checkpoint</b>, of which a failure before step 2 changes nothing:
 *
 * <ol>
 *   <li>The file is waited for: all commits are on the device.
 *   <li>The metadata as it is now is appended to the journal, with the list of rows that aren't at
 *       home, or, if that is long, written to a new one as in the beginning; it is waited for.
 *       <em>This decides</em> that earlier states are never gone back to. Leads from NEW to
 *       LOGGING.
 *   <li>It is announced to readers that what only earlier states refer to will be overwritten. From
 *       here on, that space may be used again.
 *   <li>The rows are copied home. Nothing waits for that: until the next checkpoint has waited for
 *       the file, the journal has the list, and what the rows took elsewhere isn't used again. So a
 *       crash leaves copies to be made once more, and a reader who goes on reading there isn't
 *       wrong. Then rows behind the last one are cleared; only from here on is a row appended in
 *       the place of one that earlier states had. A failure leaves both to the next checkpoint.
 *   <li>A commit removes the mark of a new file.
 * </ol>
 *
 * <p>Recovery doesn't copy: records of commits may vouch for what was at home before. It begins a
 * journal of its own in place of that one, with the list, and then does as a checkpoint does.
 *
 * <p><b>Closing</b> leads to IDLE: a checkpoint, if the file is marked or rows aren't at home; the
 * file is waited for, so that it needs the journal no more; the journal is emptied, which is waited
 * for, and deleted.
 *
 * <p>For one thread, but for {@link #view}.
 */
final class TableWriter implements Closeable {

  private static final long MAX_JOURNAL_BYTES = 8 << 20;

  /** A file grows by so much, or by a quarter, before space that was let go of is used again. */
  private static final long MAX_LET_GO_BYTES = 4 << 20;

  private enum State {
    NEW,
    IDLE,
    LOGGING,
    FAILED
  }

  private final StoreFiles files;
  private final Path journalPath;
  private final StorageFile storage;
  private final TableStructure structure;
  private final ReuseGuard guard;
  private final FreeSpace space;
  private final Map<Integer, FreeSpace> blobSpaces = new TreeMap<>();
  private State state;
  private @Nullable Throwable failure;
  private @Nullable Journal journal;
  private volatile TableView view;

  /** The blocks that the journal has as they were at the last checkpoint, or that came later. */
  private Set<MetadataBlock> covered = new HashSet<>();

  /** Whether there were commits since the last checkpoint. */
  private boolean changed;

  /** Rows from this number on have been no part of any state since the last checkpoint. */
  private long mostRows;

  /** Rows from this number on were never written to. */
  private long dirtyRows;

  /** What rows take that aren't at home. */
  private long awayBytes;

  TableWriter(
      StoreFiles files,
      Path path,
      StorageFile storage,
      TableStructure structure,
      ReuseGuard guard,
      TableView view)
      throws IOException {
    this.files = files;
    this.journalPath = Journal.beside(path);
    this.storage = storage;
    this.structure = structure;
    this.guard = guard;
    this.view = view;
    this.state = structure.isMarkedUnsettled() ? State.NEW : State.IDLE;
    this.space = new FreeSpace(structure.endOfFile());
    this.mostRows = view.rows();
    this.dirtyRows = view.rows();
    this.awayBytes = bytes(view.away());
  }

  private static long bytes(List<Extent> extents) {
    return extents.stream().mapToLong(Extent::length).sum();
  }

  StorageFile storage() {
    return storage;
  }

  TableStructure structure() {
    return structure;
  }

  FreeSpace space() {
    return space;
  }

  /** Which positions of a blob are free. */
  FreeSpace blobSpace(int column) {
    return blobSpaces.computeIfAbsent(column, c -> FreeSpace.inBytes(view.length(c)));
  }

  /** The table after the last commit. */
  TableView view() {
    return view;
  }

  long mostRows() {
    return mostRows;
  }

  // Opening.

  /** Takes over a file that was closed, or never flushed. */
  void takeOver() throws IOException {
    findFreeSpace();
    storage.clearFrom(space.end());
  }

  /**
   * Takes over a file that was just recovered. It is waited for, so that it needs the journal that
   * it was recovered with no more.
   */
  void takeOverRecovered() throws IOException {
    findFreeSpace();
    storage.sync();
    state = State.IDLE;
    if (structure.isMarkedUnsettled()) {
      removeMark(true); // with a journal in place of that one
    } else if (awayBytes > 0) {
      beginJournal(); // in place of that one, too
    } else {
      Journal.discard(files, journalPath, guard.identity());
    }
    bringHome();
    // Not before, for the journal may vouch for rows that a later commit deleted; and a file that
    // ends where its superblock says tells of another program's work.
    dirtyRows = Long.MAX_VALUE;
    clearDirtyRows();
    storage.clearFrom(space.end());
  }

  /** What lies between what is known may be used, if there is nothing that isn't known. */
  private void findFreeSpace() throws IOException {
    structure.used(view.away()).ifPresentOrElse(space::addGaps, space::addNothing);
  }

  // Beginning.

  Transaction begin() throws IOException {
    requireWorking();
    if (journal == null) {
      beginJournal();
    } else if (journal.length() > MAX_JOURNAL_BYTES
        || letGoBytes() + awayBytes > Math.max(MAX_LET_GO_BYTES, space.end() / 4)) {
      checkpoint();
    }
    return new Transaction(this);
  }

  private void beginJournal() throws IOException {
    Set<MetadataBlock> blocks = structure.likelyToChange(structure.isMarkedUnsettled());
    guard.announce();
    if (state == State.NEW) {
      journal = Journal.begin(files, journalPath, guard.identity(), asItIs(blocks));
    } else {
      try {
        storage.sync();
        long sequence = System.currentTimeMillis() << 16;
        journal = Journal.replace(files, journalPath, guard.identity(), sequence, asItIs(blocks));
      } catch (SyncException e) {
        throw failed(e, "nothing of this is stored");
      }
      state = State.LOGGING;
    }
    covered = blocks;
  }

  private Journal.Checkpoint asItIs(Set<MetadataBlock> blocks) {
    return new Journal.Checkpoint(blocks.stream().map(MetadataBlock::whole).toList(), view.moves());
  }

  // Committing.

  /** Makes a transaction's work part of the file, all or nothing, and shows it. */
  void commit(Transaction transaction, boolean durable, Consumer<TableView> shown)
      throws IOException {
    TableStructure.Before before = structure.before();
    Changes changes = new Changes(space);
    List<Patch> inPlace;
    boolean decided = false;
    try {
      inPlace = writeNew(transaction, changes);
      decide(transaction, changes, inPlace, durable);
      decided = true;
    } catch (IOException e) {
      if (log().isUncertain()) {
        throw uncertain(e);
      }
      throw e instanceof SyncException ? failed(e, "nothing of this is stored") : e;
    } catch (RuntimeException | Error e) {
      if (log().isUncertain()) {
        fail(e);
      }
      throw e;
    } finally {
      if (!decided) {
        structure.takeBack(before, changes);
      }
    }
    try {
      writeInPlace(inPlace);
      conclude(transaction, changes);
      shown.accept(view);
    } catch (RuntimeException | Error e) {
      fail(e); // the commit is there, so that its space is never to be used for another
      throw e;
    }
  }

  private void conclude(Transaction transaction, Changes changes) {
    covered.addAll(changes.changed());
    covered.addAll(changes.created());
    transaction.letGo();
    space.commit();
    blobSpaces.values().forEach(FreeSpace::commit);
    awayBytes += transaction.awayBytes();
    changed = true;
    mostRows = Math.max(mostRows, transaction.rows());
    dirtyRows = Math.max(dirtyRows, transaction.mostRows());
    view = transaction.after();
  }

  /** Step 1; gives what is left to write in place. */
  private List<Patch> writeNew(Transaction transaction, Changes changes) throws IOException {
    transaction.finish(changes);
    structure.endOfFile(space.end(), changes);
    storage.reserve(space.end()); // for what was taken there may not be written yet
    changes.seal();
    for (Patch patch : changes.additions()) {
      storage.write(patch);
    }
    List<Patch> inPlace = changes.patches();
    // The superblock first: HDF5 programs refuse what lies behind the end that it tells.
    inPlace.sort(Comparator.comparing(patch -> patch.address() != 0));
    return inPlace;
  }

  /** Steps 2 to 4. */
  private void decide(
      Transaction transaction, Changes changes, List<Patch> inPlace, boolean durable)
      throws IOException {
    if (durable) {
      storage.sync();
      if (state == State.NEW) {
        log().syncWithName();
        state = State.LOGGING;
      }
    }
    List<Patch> before =
        changes.changed().stream()
            .filter(block -> !covered.contains(block))
            .map(changes::before)
            .toList();
    // That new blocks are in the journal, too, saves checking them after a crash.
    List<Patch> after = new ArrayList<>(changes.additions());
    after.addAll(inPlace);
    boolean wait = state == State.LOGGING && (durable || !before.isEmpty());
    List<DataRange> data = transaction.dataRanges();
    data.add(DataRange.endingAt(space.end()));
    log().commit(before, after, data, transaction.moves(), durable, wait);
  }

  /** Step 5. */
  private void writeInPlace(List<Patch> patches) {
    try {
      for (Patch patch : patches) {
        storage.write(patch);
      }
    } catch (IOException e) {
      // The commit is there; but whoever comes next must find it from the journal.
      failed(e, "it is stored");
    }
  }

  private UncertainCommitException uncertain(IOException cause) {
    String consequence = "whether this call is stored shows when the store is opened again";
    return new UncertainCommitException(failed(cause, consequence));
  }

  /** Forgets what a transaction wrote. */
  void rollback(long rowsWritten) {
    if (state == State.FAILED) {
      return; // that may be part of the file, and nothing more is written
    }
    space.rollback();
    blobSpaces.values().forEach(FreeSpace::rollback);
    dirtyRows = Math.max(dirtyRows, rowsWritten);
  }

  // Checkpoints.

  /** Makes all commits survive the loss of power, and earlier states' space be used again. */
  void checkpoint() throws IOException {
    requireWorking();
    if (journal == null && state == State.NEW) {
      beginJournal();
    }
    if (!(changed || isReclaimable() || structure.isMarkedUnsettled())) {
      return;
    }
    try {
      storage.sync();
      settle();
    } catch (IOException e) {
      if (e instanceof SyncException || log().isUncertain()) {
        throw failed(e, "what was stored since the last flush may not survive a loss of power");
      }
      throw e;
    }
    reclaim();
    if (structure.isMarkedUnsettled()) {
      removeMark(false);
    }
  }

  /** Step 2. */
  private void settle() throws IOException {
    Journal old = log();
    Set<MetadataBlock> blocks = structure.likelyToChange(structure.isMarkedUnsettled());
    if (old.length() > MAX_JOURNAL_BYTES) {
      journal =
          Journal.replace(files, journalPath, guard.identity(), old.sequence(), asItIs(blocks));
    } else {
      old.checkpoint(asItIs(blocks));
      if (state == State.NEW) {
        old.syncName();
      }
    }
    state = State.LOGGING;
    covered = blocks;
    changed = false;
    if (journal != old) {
      old.close(); // last, for it may fail
    }
  }

  private boolean isReclaimable() {
    return letGoBytes() > 0 || awayBytes > 0 || dirtyRows > view.rows();
  }

  private long letGoBytes() {
    long bytes = space.letGoBytes();
    for (FreeSpace blob : blobSpaces.values()) {
      bytes += blob.letGoBytes();
    }
    return bytes;
  }

  /** Steps 3 and 4. */
  private void reclaim() throws IOException {
    if (isReclaimable()) {
      guard.announce();
      space.checkpoint();
      blobSpaces.values().forEach(FreeSpace::checkpoint);
      bringHome();
      // Not before: of a row that was deleted, a chunk may still say that it lies elsewhere.
      clearDirtyRows();
    }
  }

  /**
   * Copies rows to where they belong. What they took elsewhere is used again a checkpoint later.
   */
  private void bringHome() throws IOException {
    for (Move move : view.moves()) {
      ByteBuffer row = ByteBuffer.allocate(move.length());
      storage.get(move.from(), row, move.length());
      storage.write(move.to(), row.flip());
    }
    view.away().forEach(space::letGo);
    view.broughtHome();
    awayBytes = 0;
  }

  /** Makes rows behind the last one zero again, for HDF5 programs that extend the datasets. */
  private void clearDirtyRows() throws IOException {
    List<Column> columns = structure.rowColumns();
    for (int i = 0; i < columns.size(); i++) {
      ColumnSpec spec = columns.get(i).spec();
      long number = view.rows() / spec.chunkRows();
      Chunk last = view.chunk(i, number);
      int from = (int) (view.rows() % spec.chunkRows());
      int upTo = (int) Math.min(spec.chunkRows(), dirtyRows - number * spec.chunkRows());
      if (upTo > from && last != null && TableView.isPlain(spec, last)) {
        byte[] zeros = new byte[(upTo - from) * spec.rowBytes()];
        storage.write(last.address() + (long) from * spec.rowBytes(), zeros, 0, zeros.length);
      }
    }
    dirtyRows = view.rows();
    mostRows = view.rows();
  }

  /** Step 5. */
  private void removeMark(boolean durable) throws IOException {
    try (Transaction transaction = begin()) {
      transaction.removeAttribute(TableStructure.UNSETTLED);
      transaction.commit(durable);
    }
  }

  // Closing, and failing.

  /**
   * Leaves a file that needs no journal.
   *
   * @throws IOException if that can't be done; all is closed, and opening the file again mends it
   */
  @Override
  public void close() throws IOException {
    boolean clean = false;
    try {
      if (state != State.IDLE) {
        finish();
        log().close();
        journal = null;
        Journal.discard(files, journalPath, guard.identity());
      }
      clean = true;
    } finally {
      if (clean) {
        storage.close(space.end());
      } else {
        abandon();
      }
    }
  }

  private void finish() throws IOException {
    requireWorking();
    packTails();
    if (structure.isMarkedUnsettled() || awayBytes > 0 || dirtyRows > view.rows()) {
      checkpoint();
    }
    storage.sync();
    requireWorking();
  }

  /** Filters the last chunks, which lie unfiltered as long as rows are added to them. */
  private void packTails() throws IOException {
    boolean any = false;
    for (int i = 0; i < structure.rowColumns().size(); i++) {
      ColumnSpec spec = structure.rowColumns().get(i).spec();
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

  /** Closes all as it is, for the next opening to mend. */
  void abandon() throws IOException {
    try {
      storage.close();
    } finally {
      if (journal != null) {
        journal.close();
      }
    }
  }

  private Journal log() {
    return Objects.requireNonNull(journal, "not begun");
  }

  private void fail(Throwable cause) {
    state = State.FAILED;
    failure = cause;
  }

  private IOException failed(IOException cause, String consequence) {
    fail(cause);
    return new IOException(
        cause.getMessage() + "; " + consequence + "; close the store and open it again", cause);
  }

  private void requireWorking() throws IOException {
    if (state == State.FAILED) {
      Throwable cause = Objects.requireNonNull(failure);
      throw new IOException(
          "an earlier write failed: "
              + cause.getMessage()
              + "; close the store and open it again, which mends it",
          cause);
    }
  }
}
