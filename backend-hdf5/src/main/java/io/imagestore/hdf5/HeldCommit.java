package io.imagestore.hdf5;

import io.imagestore.hdf5.format.OutdatedException;
import io.imagestore.hdf5.format.ReadWatch;
import io.imagestore.spi.StaleSnapshotException;
import java.io.IOException;

/** A commit that someone reads from, as long as nothing of it is overwritten. For one thread. */
final class HeldCommit implements AutoCloseable {

  private final Commit commit;
  private final ReadWatch watch;
  private final Holder holder;
  private boolean stale;

  /** Is told when the reading has ended. */
  interface Holder {
    void ended(boolean stale);
  }

  HeldCommit(Commit commit, ReadWatch watch, Holder holder) {
    this.commit = commit;
    this.watch = watch;
    this.holder = holder;
  }

  Commit commit() {
    return commit;
  }

  /**
   * Reads from the file, so that what is returned or thrown is right.
   *
   * @throws StaleSnapshotException if it would not be
   */
  <T> T read(ReadWatch.Reading<T> reading) throws IOException {
    try {
      return watch.read(reading);
    } catch (OutdatedException e) {
      stale = true;
      throw new StaleSnapshotException();
    }
  }

  @Override
  public void close() {
    watch.close();
    holder.ended(stale);
  }
}
