package io.imagestore.disk;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;

/** The label table of a store, appended to by its one writer. */
final class LabelTable implements AutoCloseable {
  /** Beside the table while it is written anew. */
  static final String TEMPORARY = TableFormat.FILE + ".tmp";

  private static final int BUFFER_BYTES = 1 << 16;

  // Not a channel, which would be closed by an interrupt of a thread that uses it.
  private final RandomAccessFile file;
  private final TableLines lines = new TableLines();

  /** Where the last commit or mark ends, and where the next line goes. */
  private long committed;

  private long position;

  /** Opens a table, and drops what follows {@code end}. */
  LabelTable(Path store, long end) throws IOException {
    file = new RandomAccessFile(store.resolve(TableFormat.FILE).toFile(), "rw");
    committed = end;
    position = end;
    if (file.length() > end) {
      file.setLength(end);
    }
  }

  /**
   * Puts a table in place, in one step, that has nothing in it but these images, all of them
   * flushed.
   */
  static void replace(Path store, List<String> labelNames, Snapshot snapshot) throws IOException {
    Path temporary = store.resolve(TEMPORARY);
    try (FileOutputStream out = new FileOutputStream(temporary.toFile())) {
      writeAll(labelNames, snapshot, out);
      out.getFD().sync();
    }
    Path table = store.resolve(TableFormat.FILE);
    Files.move(
        temporary, table, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void writeAll(List<String> labelNames, Snapshot snapshot, OutputStream out)
      throws IOException {
    TableLines lines = new TableLines();
    lines.addMark(TableFormat.header(labelNames));
    lines.addMark(TableFormat.COLUMNS);
    for (long id : snapshot.ids(0, Integer.MAX_VALUE)) {
      lines.addImage(id, Objects.requireNonNull(snapshot.get(id)));
      if (lines.size() >= BUFFER_BYTES) {
        out.write(lines.array(), 0, lines.size());
        lines.clear();
      }
    }
    lines.addCommit();
    lines.addMark(TableFormat.FLUSHED);
    out.write(lines.array(), 0, lines.size());
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
    file.setLength(committed);
  }

  long length() {
    return committed;
  }

  void force() throws IOException {
    file.getFD().sync();
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
    file.seek(position);
    file.write(lines.array(), 0, lines.size());
    position += lines.size();
    lines.clear();
  }
}
