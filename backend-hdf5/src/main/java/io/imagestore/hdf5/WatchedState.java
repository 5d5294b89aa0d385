package io.imagestore.hdf5;

import io.imagestore.hdf5.format.FileInUseException;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.OutdatedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a store that another process may write to: what its last commit had made when the
 * file was opened, until some of that was overwritten; then the file is opened again.
 */
final class WatchedState implements StoreState {

  private static final Logger LOG = LoggerFactory.getLogger(WatchedState.class);

  // Each time, the writer has gone on meanwhile. That it does so this often in a row means that
  // opening takes longer than it takes the writer to overwrite something.
  private static final int MAX_ATTEMPTS = 1000;

  private final Path file;
  private final Path location;
  private final Hdf5Options options;
  private final ReentrantLock opening = new ReentrantLock();
  private volatile Opened opened;

  /** The file as it was opened. Whoever uses it last closes it. */
  private static final class Opened {
    private final Hdf5Table table;
    private final Commit commit;
    private final AtomicInteger users = new AtomicInteger(1); // the state is one
    private volatile boolean outdated;

    Opened(Hdf5Table table, Commit commit) {
      this.table = table;
      this.commit = commit;
    }

    /** False if it was closed. */
    boolean enter() {
      return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void exit() throws IOException {
      if (users.decrementAndGet() == 0) {
        table.close();
      }
    }
  }

  private WatchedState(Path file, Path location, Hdf5Options options, Opened opened) {
    this.file = file;
    this.location = location;
    this.options = options;
    this.opened = opened;
  }

  /** Goes on from a table that was opened, which is closed if that fails. */
  static WatchedState of(Hdf5Table table, Path file, Path location, Hdf5Options options)
      throws IOException {
    Opened opened;
    try {
      opened = load(table, location, options);
    } catch (OutdatedException e) {
      opened = open(file, location, options);
    }
    return new WatchedState(file, location, options, opened);
  }

  private static Opened open(Path file, Path location, Hdf5Options options) throws IOException {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return load(
            Hdf5Table.openReadOnly(file, Columns.SCHEMAS, options.chunkCacheBytes()),
            location,
            options);
      } catch (OutdatedException e) {
        // Ids that were overwritten while they were read are those of an earlier state.
      }
    }
    throw new FileInUseException(
        "another process writes to it faster than it can be read; try again");
  }

  private static Opened load(Hdf5Table table, Path location, Hdf5Options options)
      throws IOException {
    boolean loaded = false;
    try {
      Commit commit =
          table.read(() -> Commit.load(table.view(), location, options.verifyChecksums()));
      loaded = true;
      return new Opened(table, commit);
    } finally {
      if (!loaded) {
        table.close();
      }
    }
  }

  @Override
  public Commit commit() {
    return opened.commit;
  }

  @Override
  public HeldCommit hold() throws IOException {
    while (true) {
      Opened now = opened;
      if (now.outdated) {
        openInPlaceOf(now);
      } else if (now.enter()) {
        return new HeldCommit(now.commit, now.table.watch(), stale -> ended(now, stale));
      }
      // Who isn't let in looks again: what is there now has been opened before that was closed.
    }
  }

  private void ended(Opened held, boolean stale) {
    if (stale) {
      held.outdated = true;
    }
    try {
      held.exit();
    } catch (IOException e) {
      // Who read has got what was read; a file that was only read loses nothing.
      LOG.warn("closing an outdated view of {} failed", location, e);
    }
  }

  private void openInPlaceOf(Opened old) throws IOException {
    opening.lock();
    try {
      if (opened == old) {
        opened = open(file, location, options);
        old.exit();
      }
    } finally {
      opening.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    opened.exit();
  }
}
