package io.imagestore.disk;

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

  private final StoreFile file;
  private final TableLines lines = new TableLines();

  /** Where the last commit or mark ends, and where the next line goes. */
  private long committed;

  private long position;

  /** Opens a table, and drops what follows {@code end}. */
  LabelTable(Path store, StoreFiles files, long end) throws IOException {
    file = files.open(store.resolve(TableFormat.FILE), Access.WRITE);
    committed = end;
    position = end;
    boolean opened = false;
    try {
      if (file.size() > end) {
        file.setSize(end);
      }
      opened = true;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  /**
   * Puts a table in place, in one step, that has nothing in it but these images, all of them
   * flushed.
   */
  static void replace(Path store, StoreFiles files, List<String> labelNames, Snapshot snapshot)
      throws IOException {
    Path temporary = store.resolve(TEMPORARY);
    try (StoreFile out = files.open(temporary, Access.REPLACE)) {
      writeAll(labelNames, snapshot, out);
      out.force();
    }
    files.rename(temporary, store.resolve(TableFormat.FILE));
    files.sync(store);
  }

  private static void writeAll(List<String> labelNames, Snapshot snapshot, StoreFile out)
      throws IOException {
    TableLines lines = new TableLines();
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
    lines.addCommit();
    lines.addMark(TableFormat.FLUSHED);
    out.write(position, lines.array(), 0, lines.size());
  }

  void addImage(long id, Entry entry) throws IOException {
    lines.addImage(id, entry);
    writeIfFull();
  }

  void addDeletion(long id) throws IOException {
    lines.addDeletion(id);
    writeIfFull();
  }

  /** Commits what has been added since the last commit. */
  void commit() throws IOException {
    lines.addCommit();
    write();
    committed = position;
  }

  /** Adds a line that isn't a row, between commits. */
  void mark(String mark) throws IOException {
    lines.addMark(mark);
    write();
    committed = position;
  }

  /** Takes back what has been added since the last commit. */
  void rollback() throws IOException {
    lines.rollback();
    position = committed;
    // Were this to fail, nothing is wrong: the next commit is written over the rest, and a reader
    // doesn't take the rest.
    file.setSize(committed);
  }

  long length() {
    return committed;
  }

  void force() throws IOException {
    file.force();
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
    file.write(position, lines.array(), 0, lines.size());
    position += lines.size();
    lines.clear();
  }
}
