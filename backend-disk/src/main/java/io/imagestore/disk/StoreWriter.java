package io.imagestore.disk;

import io.imagestore.Durability;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of a store. Files first, then the rows that name them, then the line that commits
 * the rows, then the new state to the readers; a file that became superfluous goes only when the
 * commit that made it so is on the device.
 */
final class StoreWriter implements io.imagestore.spi.StoreWriter {
  private static final Logger LOG = LoggerFactory.getLogger(StoreWriter.class);

  /**
   * An id that is a little ahead of the next sequence takes it, so that file names are plain when
   * ids have gaps.
   */
  private static final long MAX_SKIP = 64;

  /** So many superfluous files are kept at most until they are flushed out. */
  private static final int MAX_SUPERSEDED = 4096;

  /** A part of a batch, encoded by one thread in one go: so many images or bytes of pixels. */
  private static final int PART_IMAGES = 64;

  private static final long PART_BYTES = 1 << 18;

  /** Pixels held at once, for all threads together, beside the part that is being gathered. */
  private static final long WINDOW_BYTES = 1 << 24;

  private final ImageFiles files;
  private final ImageWriter images;
  private final LabelTable table;
  private final Workers workers;
  private final Durability durability;
  private final Index index;

  private final List<TableReader.Superseded> superseded = new ArrayList<>();
  private long nextSequence;

  /** Files before this one have reached the device. */
  private long flushedSequence;

  /**
   * Whether all that is committed is known to have been flushed, as the table's last mark tells.
   */
  private boolean flushed;

  private boolean marked;
  private long folder = -1;

  StoreWriter(
      TableReader.Contents contents,
      ImageFiles files,
      ImageWriter images,
      LabelTable table,
      Workers workers,
      Durability durability,
      Index index) {
    this.files = files;
    this.images = images;
    this.table = table;
    this.workers = workers;
    this.durability = durability;
    this.index = index;
    superseded.addAll(contents.superseded());
    nextSequence = contents.nextSequence();
    flushedSequence = contents.flushedSequence();
    flushed = contents.commits().isEmpty();
    marked = !contents.flushed() && contents.trusted();
  }

  long tableLength() {
    return table.length();
  }

  @Override
  public void write(LabeledImage image) throws IOException {
    images.check(image);
    Change change = new Change();
    try {
      long sequence = change.sequenceFor(image.id());
      change.add(image.id(), images.write(image, sequence));
      change.commit();
    } catch (Throwable e) {
      throw change.failed(e);
    }
  }

  @Override
  public void write(Iterator<LabeledImage> batch) throws IOException {
    Change change = new Change();
    Window window = new Window(change);
    try {
      while (batch.hasNext()) {
        LabeledImage image = batch.next();
        images.check(image);
        window.add(image);
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
    if (index.current().get(id) == null) {
      return false;
    }
    Change change = new Change();
    try {
      change.remove(id);
      change.commit();
    } catch (Throwable e) {
      throw change.failed(e);
    }
    return true;
  }

  @Override
  public void sync() throws IOException {
    flush();
  }

  /** Makes all commits survive the loss of power, and removes what they have made superfluous. */
  private void flush() throws IOException {
    if (flushed) {
      return;
    }
    forceFiles(flushedSequence, nextSequence);
    table.force();
    removeSuperseded();
    table.mark(TableFormat.FLUSHED);
    flushedSequence = nextSequence;
    flushed = true;
    marked = false;
  }

  /** Not those that the flush is going to remove. */
  private void forceFiles(long fromSequence, long endSequence) throws IOException {
    Set<Long> outdated = new HashSet<>();
    superseded.forEach(file -> outdated.add(file.sequence()));
    files.force(fromSequence, endSequence, sequence -> !outdated.contains(sequence));
  }

  @Override
  public void close() throws IOException {
    try (table) {
      flush();
    }
  }

  /**
   * What can't be removed now is tried again with the next flush: nothing is wrong but its space.
   */
  private void removeSuperseded() {
    List<TableReader.Superseded> left = new ArrayList<>();
    for (TableReader.Superseded file : superseded) {
      try {
        remove(file);
      } catch (IOException e) {
        LOG.debug("superfluous file {} stays for now", file, e);
        left.add(file);
      }
    }
    superseded.clear();
    superseded.addAll(left);
  }

  private void remove(TableReader.Superseded file) throws IOException {
    files.delete(file.id(), file.sequence());
    long fileFolder = FileNames.folder(file.sequence());
    if (fileFolder < FileNames.folder(nextSequence) - 1) {
      files.deleteFolderIfEmpty(fileFolder);
    }
  }

  /** What one call changes, until it is committed or taken back. */
  private final class Change {
    private final long firstSequence = nextSequence;
    private final int supersededBefore = superseded.size();
    private Snapshot snapshot = index.current();
    private long sequence = nextSequence;
    private long rows;
    private long lastId;
    private boolean committed;

    /** The sequence for a new file; its folder is there. */
    long sequenceFor(long id) throws IOException {
      long own = id >= sequence && id - sequence <= MAX_SKIP ? id : sequence;
      sequence = own + 1;
      if (FileNames.folder(own) != folder) {
        folder = -1;
        files.createFolder(FileNames.folder(own));
        folder = FileNames.folder(own);
      }
      return own;
    }

    void add(long id, Entry entry) throws IOException {
      begin();
      lastId = id;
      table.addImage(id, entry);
      supersede(id);
      snapshot = snapshot.with(id, entry);
    }

    void remove(long id) throws IOException {
      begin();
      table.addDeletion(id);
      supersede(id);
      snapshot = snapshot.without(id);
    }

    /** Says in the table, once, that what follows may be lost with the power. */
    private void begin() throws IOException {
      if (!marked && durability == Durability.FLUSH) {
        table.mark(TableFormat.unflushed());
        marked = true;
      }
      rows++;
    }

    private void supersede(long id) {
      Entry before = snapshot.get(id);
      if (before != null) {
        superseded.add(new TableReader.Superseded(id, before.sequence()));
      }
    }

    void commit() throws IOException {
      boolean force = durability == Durability.COMMIT;
      if (force) {
        if (rows == 1 && sequence > firstSequence) {
          files.force(lastId, sequence - 1); // spares a put to look through the folder
        } else {
          forceFiles(firstSequence, sequence);
        }
      }
      table.commit();
      if (force) {
        table.force();
      }
      committed = true;
      flushed = false;
      nextSequence = sequence;
      index.publish(snapshot);
      if (force) {
        flushedSequence = nextSequence;
        removeSuperseded();
      } else if (superseded.size() >= MAX_SUPERSEDED) {
        flush();
      }
    }

    /** Takes everything back, unless it was committed and only tidying up failed. */
    IOException failed(Throwable failure) {
      if (!committed) {
        superseded.subList(supersededBefore, superseded.size()).clear();
        attempt(table::rollback, failure);
        attempt(() -> files.deleteFrom(firstSequence), failure);
        folder = -1;
      }
      return Workers.rethrown(failure);
    }

    private void attempt(Step step, Throwable failure) {
      try {
        step.run();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** The parts of a batch that are being encoded, in order. */
  private final class Window {
    private final Change change;
    private final Queue<Part> parts = new ArrayDeque<>();
    private Part gathering = new Part();
    private long bytes;

    Window(Change change) {
      this.change = change;
    }

    void add(LabeledImage image) throws IOException {
      gathering.add(image, change.sequenceFor(image.id()));
      if (gathering.images.size() == PART_IMAGES || gathering.bytes >= PART_BYTES) {
        submit();
      }
    }

    void drain() throws IOException {
      if (!gathering.images.isEmpty()) {
        submit();
      }
      while (!parts.isEmpty()) {
        takeFirst();
      }
    }

    private void submit() throws IOException {
      while (!parts.isEmpty()
          && (parts.size() > 2 * workers.threads() || bytes + gathering.bytes > WINDOW_BYTES)) {
        takeFirst();
      }
      gathering.start();
      bytes += gathering.bytes;
      parts.add(gathering);
      gathering = new Part();
    }

    private void takeFirst() throws IOException {
      Part first = parts.remove();
      bytes -= first.bytes;
      List<Entry> entries = Workers.join(first.entries);
      for (int i = 0; i < entries.size(); i++) {
        change.add(first.images.get(i).id(), entries.get(i));
      }
    }

    /** Waits until nothing is written any more. */
    void abandon() {
      for (Part part : parts) {
        part.entries.handle((entries, failure) -> true).join();
      }
    }
  }

  private final class Part {
    final List<LabeledImage> images = new ArrayList<>(PART_IMAGES);
    private final List<Long> sequences = new ArrayList<>(PART_IMAGES);
    private CompletableFuture<List<Entry>> entries = CompletableFuture.completedFuture(List.of());
    private long bytes;

    void add(LabeledImage image, long sequence) {
      images.add(image);
      sequences.add(sequence);
      bytes += image.image().shape().byteCount();
    }

    void start() {
      entries = workers.submit(this::write);
    }

    private List<Entry> write() throws IOException {
      List<Entry> written = new ArrayList<>(images.size());
      for (int i = 0; i < images.size(); i++) {
        written.add(StoreWriter.this.images.write(images.get(i), sequences.get(i)));
      }
      return written;
    }
  }
}
