package io.imagestore.hdf5;

import io.imagestore.hdf5.format.FileInUseException;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.OutdatedException;
import io.imagestore.internal.InFlightCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The state of a store that another process may write to: what its last commit had made when the
 * file was opened, until some of that was overwritten; then the file is opened again.
 */
final class WatchedState implements StoreState {

  // Each time, the writer has gone on meanwhile. That it does so this often in a row means that
  // opening takes longer than it takes the writer to overwrite something.
  private static final int MAX_ATTEMPTS = 1000;

  private final Path file;
  private final Path location;
  private final long cacheBytes;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile Opened opened;

  /** The file as it was opened, and who is reading from it. */
  private record Opened(Hdf5Table table, Snapshot snapshot, InFlightCalls readers) {

    void close() throws IOException {
      readers.close();
      readers.awaitDrained();
      table.close();
    }
  }

  private WatchedState(Path file, Path location, long cacheBytes, Opened opened) {
    this.file = file;
    this.location = location;
    this.cacheBytes = cacheBytes;
    this.opened = opened;
  }

  /** Goes on from a table that was opened, which is closed if that fails. */
  static WatchedState of(Hdf5Table table, Path file, Path location, long cacheBytes)
      throws IOException {
    Opened opened;
    try {
      opened = load(table, location);
    } catch (OutdatedException e) {
      opened = open(file, location, cacheBytes);
    }
    return new WatchedState(file, location, cacheBytes, opened);
  }

  private static Opened open(Path file, Path location, long cacheBytes) throws IOException {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return load(Hdf5Table.openReadOnly(file, Columns.NAMES, cacheBytes), location);
      } catch (OutdatedException e) {
        // Ids that were overwritten while they were read are those of an earlier state.
      }
    }
    throw tooFast();
  }

  private static Opened load(Hdf5Table table, Path location) throws IOException {
    boolean loaded = false;
    try {
      Snapshot snapshot = table.read(() -> Snapshot.load(table.view(), location));
      loaded = true;
      return new Opened(table, snapshot, new InFlightCalls());
    } finally {
      if (!loaded) {
        table.close();
      }
    }
  }

  private static FileInUseException tooFast() {
    return new FileInUseException(
        "another process writes to it faster than it can be read; try again");
  }

  @Override
  public Snapshot snapshot() {
    return opened.snapshot;
  }

  @Override
  public <T> T read(Step<T> step) throws IOException {
    int attempts = 0;
    while (attempts < MAX_ATTEMPTS) {
      Opened now = opened;
      // Who isn't let in looks again: what is there now has been opened before that was closed.
      if (now.readers.enter()) {
        try {
          return now.table.read(() -> step.read(now.snapshot));
        } catch (OutdatedException e) {
          attempts++;
        } finally {
          now.readers.exit();
        }
        openInPlaceOf(now);
      }
    }
    throw tooFast();
  }

  private void openInPlaceOf(Opened old) throws IOException {
    opening.lock();
    try {
      if (opened.equals(old)) {
        opened = open(file, location, cacheBytes);
        old.close();
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    opened.close();
  }
}
