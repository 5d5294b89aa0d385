package io.imagestore.disk;

import io.imagestore.disk.TableReader.Contents;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The label table of a store, appended to by its one writer. */
final class LabelTable implements AutoCloseable {
  /** Beside the table while it is written anew. */
  static final String TEMPORARY = TableFormat.FILE + ".tmp";

  private static final int BUFFER_BYTES = 1 << 16;

  /** What has become of a commit that failed. */
  enum Outcome {
    /** Nothing of it is left. */
    UNDONE,

    /** Nothing of it is left, but the loss of power might bring it back. */
    UNDONE_UNSURE,

    /** It is in the table, and can't be taken out. */
    STAYS
  }

  private final StoreFile file;
  private final TableLines lines;

  /** Where the last commit or mark ends, and where the next line goes. */
  private long committed;

  private long position;

  /** What comes before this is on the device. */
  private long flushedTo;

  /** Whether there may be something behind the last commit. */
  private boolean torn;

  /** Whether what was cut off may come back with the loss of power. */
  private boolean cutUnforced;

  /** Whether the commit that is under way has been written whole. */
  private boolean written;

  /** Whether it ends with the mark that says that all files are on the device. */
  private boolean marked;

  /** Opens a table, and drops what follows its last commit. */
  LabelTable(Path store, StoreFiles files, Contents contents) throws IOException {
    file = files.open(store.resolve(TableFormat.FILE), Access.WRITE);
    lines = new TableLines(contents.sinceCommit());
    committed = contents.end();
    position = committed;
    flushedTo = contents.flushedTo();
    marked = contents.marked();
    boolean opened = false;
    try {
      torn = file.size() > committed;
      cut();
      opened = true;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Puts a table in place, in one step, that has nothing in it but these images, all of them on the
   * device.
   *
   * @return its length
   */
  static long replace(Path store, StoreFiles files, List<String> labelNames, Snapshot snapshot)
      throws IOException {
    Path temporary = store.resolve(TEMPORARY);
    long length;
    try {
      try (StoreFile out = files.open(temporary, Access.REPLACE)) {
        length = writeAll(labelNames, snapshot, out);
        out.force();
      }
      files.rename(temporary, store.resolve(TableFormat.FILE));
    } catch (Throwable e) {
      attempt(() -> files.delete(temporary), e);
      throw e;
    }
    files.sync(store);
    return length;
  }

  private static long writeAll(List<String> labelNames, Snapshot snapshot, StoreFile out)
      throws IOException {
    TableLines lines = new TableLines("");
    lines.addMark(TableFormat.header(labelNames));
    lines.addMark(TableFormat.COLUMNS);
    long position = 0;
    for (long id : snapshot.ids(0, Integer.MAX_VALUE)) {
      lines.addImage(id, Objects.requireNonNull(snapshot.get(id)));
      if (lines.size() >= BUFFER_BYTES) {
        out.write(position, lines.array(), 0, lines.size());
        position += lines.size();
        lines.clear();
      }
    }
    if (snapshot.entries().size() > 0) {
      lines.addCommit(0);
    }
    lines.addMark(TableFormat.FLUSHED);
    out.write(position, lines.array(), 0, lines.size());
    return position + lines.size();
  }

  /**
   * Writes again what may not be on the device. After a failed sync that is needed: the system may
   * have given it up, and would force nothing.
   */
  void rewriteUnflushed() throws IOException {
    byte[] piece = new byte[BUFFER_BYTES];
    for (long at = flushedTo; at < committed; at += piece.length) {
      int count = file.read(at, piece, 0, (int) Math.min(piece.length, committed - at));
      file.write(at, piece, 0, count);
    }
  }

  void addImage(long id, Entry entry) throws IOException {
    lines.addImage(id, entry);
    writeIfFull();
  }

  void addDeletion(long id) throws IOException {
    lines.addDeletion(id);
    writeIfFull();
  }

  /** Commits what has been added since the last commit. If that fails, {@link #rollback}. */
  void commit() throws IOException {
    lines.addCommit(flushedTo);
    write();
    settle();
    marked = false;
  }

  /** Commits, and waits until that is on the device. If that fails, {@link #rollback}. */
  void commitAndForce() throws IOException {
    lines.addCommit(flushedTo);
    write();
    written = true;
    file.force();
    settle();
    marked = false;
    flushedTo = committed;
    cutUnforced = false;
  }

  /** Says that all files are on the device that it names. If that fails, {@link #rollback}. */
  void mark() throws IOException {
    if (!marked) {
      lines.addMark(TableFormat.FLUSHED);
      write();
      settle();
      marked = true;
    }
  }

  private void settle() {
    lines.settle();
    committed = position;
    torn = false;
    written = false;
  }

  /** Takes back what has been added since the last commit. */
  Outcome rollback(Throwable failure) {
    boolean undone = attempt(this::cut, failure);
    if (!undone && written) {
      settle();
      marked = false;
      return Outcome.STAYS;
    }
    // If it isn't undone it is no whole commit, and is cut off before anything else is written.
    boolean sure = !written || attempt(file::force, failure);
    lines.rollback();
    position = committed;
    written = false;
    return sure ? Outcome.UNDONE : Outcome.UNDONE_UNSURE;
  }

  private interface Step {
    void run() throws IOException;
  }

  private static boolean attempt(Step step, Throwable failure) {
    try {
      step.run();
      return true;
    } catch (IOException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  private void cut() throws IOException {
    if (torn) {
      file.setSize(committed);
      torn = false;
      cutUnforced = true;
    }
  }

  /** Cuts off what follows the last commit, so that it never comes back. */
  void forceCut() throws IOException {
    cut();
    if (cutUnforced) {
      file.force();
      cutUnforced = false;
    }
  }

  long length() {
    return committed;
  }

  long flushedTo() {
    return flushedTo;
  }

  /** Waits until all that is committed is on the device. */
  void force() throws IOException {
    file.force();
    flushedTo = committed;
    cutUnforced = false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void writeIfFull() throws IOException {
    if (lines.size() >= BUFFER_BYTES) {
      write();
    }
  }

  private void write() throws IOException {
    if (position == committed) {
      cut();
    }
    torn = true;
    file.write(position, lines.array(), 0, lines.size());
    position += lines.size();
    lines.clear();
  }
}
