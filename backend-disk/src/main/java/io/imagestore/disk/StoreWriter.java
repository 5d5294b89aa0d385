package io.imagestore.disk;

import io.imagestore.Durability;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.disk.StateFile.Phase;
import io.imagestore.disk.TableReader.Contents;
import io.imagestore.spi.DamagedFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a store. Files and metadata first, then the rows that name them, then the line
 * that commits the rows, then the new state to the readers; a file that became superfluous goes
 * only when the commit that made it so is on the device.
 *
 * <p>After each step of a call, this is so:
 *
 * <table>
 *   <caption>The steps of a call</caption>
 *   <tr><th>step<th>a crash of the process leaves<th>the loss of power leaves
 *   <tr><td>1. the state {@code open} is on the device<td>the old state<td>the old state
 *   <tr><td>2. files and metadata are written<td>the old state, files without rows<td>the same
 *   <tr><td>3. at each commit: they are forced<td>the same<td>the same
 *   <tr><td>4. rows and commit are written<td>the new state<td>either state
 *   <tr><td>5. at each commit: the table is forced<td>the new state<td>the new state
 *   <tr><td>6. files without rows are removed<td>the new state<td>the new state
 * </table>
 *
 * <p>A call that fails up to step 4 is taken back. A sync that fails may have lost what was written
 * before it, though nothing shows that, and though the next one succeeds. In steps 3 and 5 that is
 * only what the call itself has written, so it is taken back too. If the table can't be cut off any
 * more then, the call stays. In a flush it may be anything since the last one: then no more is
 * written until the store is opened again, which writes all of that anew.
 */
final class StoreWriter implements io.imagestore.spi.StoreWriter, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

  /**
   * An id that is a little ahead of the next sequence takes it, so that file names are plain when
   * ids have gaps.
   */
  private static final long MAX_SKIP = 64;

  /** So many superfluous files are kept at most until they are flushed out. */
  private static final int MAX_SUPERFLUOUS = 4096;

  /** What the store is called, and where it lies. */
  private final Path store;

  private final Path place;
  private final ImageFiles files;
  private final ImageWriter images;
  private final MetadataFile metadata;
  private final LabelTable table;
  private final StateFile state;
  private final Workers workers;
  private final Durability durability;
  private final Index index;
  private final SuperfluousFiles superfluous;

  /** Files before this one are of calls that have ended; read by other threads too. */
  private volatile long nextSequence;

  /** Files before this one may be of the call that is under way; read by other threads too. */
  private volatile long endSequence;

  /** Files before this one have reached the device. */
  private long flushedSequence;

  /** The folder that files are written to, or -1 if it may be missing. */
  private long folder = -1;

  /** Why no more may be written. */
  private @Nullable Throwable broken;

  StoreWriter(
      Path store,
      Parts parts,
      Contents contents,
      ImageWriter images,
      MetadataFile metadata,
      LabelTable table,
      StateFile state,
      Durability durability,
      Index index) {
    this.store = store;
    this.place = parts.folder;
    this.files = parts.files;
    this.images = images;
    this.metadata = metadata;
    this.table = table;
    this.state = state;
    this.workers = parts.workers;
    this.durability = durability;
    this.index = index;
    this.superfluous = new SuperfluousFiles(files);
    nextSequence = contents.nextSequence();
    flushedSequence = contents.flushedSequence();
  }

  /**
   * Puts the store in order that a crash has left: what may not be on the device is written again,
   * and files without rows are removed, now or, if they may still be needed, with the next flush.
   */
  void recover(Contents left) throws IOException {
    try {
      table.rewriteUnflushed();
      if (left.state().phase() == Phase.FLUSHING) {
        rewriteFiles();
        metadata.rewriteFrom(left.flushedMetadata());
      }
      files.forceNames(); // of a table that was written anew, should that have failed before
      state.open(table.flushedTo());
      removeNameless();
    } catch (Throwable e) {
      broken = e;
      throw e;
    }
  }

  private void rewriteFiles() throws IOException {
    Snapshot snapshot = index.current();
    for (long id : snapshot.ids(0, Integer.MAX_VALUE)) {
      Entry entry = snapshot.get(id);
      if (entry != null && entry.sequence() >= flushedSequence) {
        files.rewrite(entry.name(id));
      }
    }
  }

  /** Leaves what ends as no image's file does: that may be someone's notes. */
  private void removeNameless() throws IOException {
    List<FileNames.Name> neverCommitted = new ArrayList<>();
    Set<String> extensions = index.current().extensions();
    for (FileNames.Name each : files.all()) {
      boolean known = extensions.contains(each.extension());
      if (each.sequence() >= nextSequence) {
        if (known || FileContent.isImageExtension(each.extension())) {
          neverCommitted.add(each);
        }
      } else if (known && !index.current().names(each)) {
        superfluous.add(each);
      }
    }
    discard(neverCommitted);
  }

  /** Whether a file is an image's own, or superfluous, or of the call that is under way. */
  synchronized boolean knows(FileNames.Name file) {
    long sequence = file.sequence();
    boolean underWay = sequence >= nextSequence && sequence < endSequence;
    return underWay || index.current().names(file) || superfluous.contains(file);
  }

  void removeOutdatedMetadata() throws IOException {
    metadata.removeOutdated();
  }

  /** Which of the files of metadata is in use. */
  int metadataGeneration() {
    return metadata.generation();
  }

  /** Lets readers see what a call has changed, whose files have numbers before the given one. */
  private synchronized void publish(Snapshot snapshot, long sequence) {
    nextSequence = sequence;
    index.publish(snapshot);
  }

  @Override
  public void write(LabeledImage image) throws IOException {
    images.check(image);
    Change change = new Change();
    try {
      long sequence = change.sequenceFor(image);
      change.add(image, images.write(image, sequence));
      change.commit();
    } catch (Throwable e) {
      throw change.failed(e);
    }
  }

  @Override
  public void write(Iterator<LabeledImage> batch) throws IOException {
    Change change = new Change();
    EncodingWindow window = new EncodingWindow(images, workers, change::add);
    try {
      while (batch.hasNext()) {
        LabeledImage image = batch.next();
        images.check(image);
        window.add(image, change.sequenceFor(image));
      }
      window.drain();
      if (change.rows > 0) {
        change.commit();
      }
    } catch (Throwable e) {
      window.abandon();
      throw change.failed(e);
    }
  }

  @Override
  public boolean remove(long id) throws IOException {
    Change change = new Change();
    if (index.current().get(id) == null) {
      return false;
    }
    try {
      change.remove(id);
      change.commit();
    } catch (Throwable e) {
      throw change.failed(e);
    }
    return true;
  }

  /** Lays files aside that no image needs. */
  @Override
  public void mendStructure(DamagedFolder aside, Consumer<String> mended) throws IOException {
    Set<String> extensions = index.current().extensions();
    for (FileNames.Name file : files.all()) {
      if (extensions.contains(file.extension()) && !knows(file)) {
        String path = file.path();
        aside.take(place.resolve(path), "it has no row in " + TableFormat.FILE);
        files.delete(file);
        mended.accept(
            "the file " + path + ", which has no row in " + TableFormat.FILE + ", was laid aside");
      }
    }
  }

  /** Makes all commits survive the loss of power, and removes what they have made superfluous. */
  @Override
  public void sync() throws IOException {
    requireSound();
    if (table.flushedTo() < table.length()) {
      forceAll();
    }
    removeSuperfluous();
  }

  private void forceAll() throws IOException {
    metadata.cut();
    state.say(Phase.FLUSHING, table.flushedTo());
    forced(() -> forceFiles(flushedSequence, nextSequence));
    forced(metadata::force);
    mark();
    forced(table::force);
    flushedSequence = nextSequence;
    state.say(Phase.OPEN, table.flushedTo());
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Forces what more than one call has written: if that fails, it isn't known what is lost. */
  private void forced(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      broken = e;
      throw new ImageStoreException(unsure("what was written since the last flush"), e);
    }
  }

  /** Says in the table that all files it names are on the device. */
  private void mark() throws IOException {
    try {
      table.mark();
    } catch (IOException e) {
      table.rollback(e);
      throw e;
    }
  }

  private void requireSound() {
    if (broken != null) {
      throw new ImageStoreException(
          "store "
              + store
              + " takes no more writes since its device failed ("
              + broken.getMessage()
              + "); the store is as it was before this call; close the store and open it again",
          broken);
    }
  }

  private String unsure(String what) {
    return "the device of store "
        + store
        + " failed: "
        + what
        + " can be read, but may not survive a loss of power; close the store and open it again";
  }

  /** Not those that are going to be removed. */
  private void forceFiles(long fromSequence, long endSequence) throws IOException {
    files.force(fromSequence, endSequence, file -> !superfluous.contains(file));
  }

  private void removeSuperfluous() {
    if (superfluous.count() > 0) {
      superfluous.removeAll(folder);
    }
  }

  /** Removes files that were never an image's. The number of one that stays isn't used again. */
  private void discard(List<FileNames.Name> files) {
    for (FileNames.Name each : files) {
      if (!superfluous.discard(each)) {
        nextSequence = Math.max(nextSequence, each.sequence() + 1);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (metadata;
        table;
        state) {
      if (broken != null) {
        throw new ImageStoreException(unsure("what was written since the last flush"), broken);
      }
      if (state.isOpen()) {
        sync();
        end();
      }
    }
  }

  /** What the files lie beside may be another store's. */
  @Override
  @SuppressWarnings("try") // named only to be closed
  public void abandon() throws IOException {
    try (metadata;
        table;
        state) {}
  }

  /** Leaves the store in order, or what is left to do to the next writer. */
  private void end() throws IOException {
    table.forceCut();
    metadata.cut();
    metadata.force();
    superfluous.forceRemovals();
    if (superfluous.count() == 0) {
      state.say(Phase.CLOSED, table.length());
    }
  }

  /** What one call changes, until it is committed or taken back. */
  private final class Change {
    private final long firstSequence = nextSequence;
    private final List<FileNames.Name> superseded = new ArrayList<>();
    private final Set<String> extensions = new HashSet<>();
    private Snapshot snapshot = index.current();
    private long sequence = nextSequence;
    private long rows;
    private FileNames.@Nullable Name lastFile;
    private boolean published;

    Change() {
      requireSound();
    }

    /** The sequence for a new file; its folder is there. */
    long sequenceFor(LabeledImage image) throws IOException {
      begin();
      long id = image.id();
      extensions.add(FileNames.extension(image.image().format().orElse(null)));
      long own = id >= sequence && id - sequence <= MAX_SKIP ? id : sequence;
      sequence = own + 1;
      endSequence = sequence;
      if (FileNames.folder(own) != folder) {
        folder = -1;
        files.createFolder(FileNames.folder(own));
        folder = FileNames.folder(own);
      }
      return own;
    }

    void add(LabeledImage image, Entry written) throws IOException {
      long id = image.id();
      Entry entry = image.metadata().isEmpty() ? written : written.with(metadata.add(image));
      lastFile = entry.name(id);
      rows++;
      table.addImage(id, entry);
      supersede(id);
      snapshot = snapshot.with(id, entry);
    }

    void remove(long id) throws IOException {
      begin();
      rows++;
      table.addDeletion(id);
      supersede(id);
      snapshot = snapshot.without(id);
    }

    private void begin() throws IOException {
      if (!state.isOpen()) {
        state.open(table.flushedTo());
      }
    }

    private void supersede(long id) {
      Entry before = snapshot.get(id);
      if (before != null) {
        FileNames.Name file = before.name(id);
        superfluous.add(file);
        superseded.add(file);
      }
    }

    void commit() throws IOException {
      metadata.write();
      if (durability == Durability.FLUSH) {
        table.commit();
        publish();
        if (superfluous.count() >= MAX_SUPERFLUOUS) {
          flushAside();
        }
        return;
      }
      if (rows == 1 && lastFile != null) {
        files.force(lastFile); // spares a put to look through the folder
      } else {
        forceFiles(firstSequence, sequence);
      }
      metadata.force();
      table.commitAndForce();
      publish();
      flushedSequence = nextSequence;
      removeSuperfluous();
    }

    private void publish() {
      metadata.settle();
      StoreWriter.this.publish(snapshot, sequence);
      published = true;
    }

    /** The call has succeeded by now, whatever becomes of this. */
    private void flushAside() {
      try {
        sync();
      } catch (IOException | ImageStoreException e) {
        LOG.warn("store {} couldn't be flushed to free superfluous files", store, e);
      }
    }

    /** Takes everything back, unless it was committed or stays all the same. */
    IOException failed(Throwable failure) {
      if (published) {
        return Workers.rethrown(failure);
      }
      LabelTable.Outcome outcome = table.rollback(failure);
      if (outcome == LabelTable.Outcome.STAYS) {
        broken = failure;
        publish();
        throw new ImageStoreException(unsure("this call is stored, and"), failure);
      }
      if (outcome == LabelTable.Outcome.UNDONE_UNSURE) {
        broken = failure;
      }
      metadata.rollback(failure);
      superseded.forEach(superfluous::takeBack);
      folder = -1;
      try {
        discard(files.between(firstSequence, sequence, extensions));
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
      return Workers.rethrown(failure);
    }
  }
}
