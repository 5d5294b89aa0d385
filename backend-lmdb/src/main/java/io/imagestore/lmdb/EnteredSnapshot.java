package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A snapshot that a reader has entered, until it is closed. What was found in it counts if the
 * snapshot is still intact afterwards; else a writer may have written its pages anew meanwhile, and
 * it has been found stale. For one thread.
 */
final class EnteredSnapshot implements AutoCloseable {

  /** Something that is shown what lies in the snapshot's memory. */
  interface Showing {
    void run() throws IOException;
  }

  private final Environment environment;
  private final Path directory;
  private final Snapshot snapshot;
  private final StoreView view;
  private boolean stale;

  EnteredSnapshot(Environment environment, Snapshot snapshot) {
    this.environment = environment;
    this.directory = environment.directory();
    this.snapshot = snapshot;
    this.view = new StoreView(snapshot, directory);
  }

  /**
   * Finds something out.
   *
   * @throws CorruptStoreException if pages are damaged
   * @throws StaleSnapshotException if they may be another commit's by now
   */
  <T> T look(Environment.Reading<T> reading) {
    try {
      return find(reading);
    } catch (InternalError e) {
      throw DataFile.told(e, directory);
    }
  }

  private <T> T find(Environment.Reading<T> reading) {
    try {
      T result = reading.run(view);
      requireIntact();
      return result;
    } catch (RuntimeException e) {
      requireIntact();
      throw DataFile.told(e, directory);
    }
  }

  /**
   * Shows somebody what lies in memory. If that has changed meanwhile, what they said of it doesn't
   * count.
   *
   * @throws StaleSnapshotException if it may be another commit's by now
   */
  void show(Showing showing) throws IOException {
    try {
      showUnlessStale(showing);
    } catch (InternalError e) {
      throw DataFile.told(e, directory);
    }
  }

  private void showUnlessStale(Showing showing) throws IOException {
    try {
      showing.run();
    } catch (RuntimeException | IOException e) {
      requireIntact();
      throw e;
    }
    requireIntact();
  }

  private void requireIntact() {
    if (!snapshot.isIntact()) {
      stale = true;
      throw new StaleSnapshotException();
    }
  }

  @Override
  public void close() {
    snapshot.exit();
    environment.left(stale);
  }
}
