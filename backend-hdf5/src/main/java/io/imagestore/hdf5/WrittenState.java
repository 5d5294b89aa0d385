package io.imagestore.hdf5;

import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.ReadWatch;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The state of a store that this process alone writes to. A thread that has found its commit
 * overwritten some times in a row is the one that the writer waits for, then: otherwise a long read
 * beside a busy writer would never end.
 */
final class WrittenState implements StoreState {

  private static final int OPTIMISTIC_READS = 3;

  private final Hdf5Table table;
  private final Map<Thread, Integer> disturbed = new ConcurrentHashMap<>();
  private volatile Commit commit;

  WrittenState(Hdf5Table table, Commit commit) {
    this.table = table;
    this.commit = commit;
  }

  Hdf5Table table() {
    return table;
  }

  @Override
  public Commit commit() {
    return commit;
  }

  /** Shows what was committed. */
  void publish(Commit committed) {
    commit = committed;
  }

  @Override
  public HeldCommit hold() {
    ReadWatch watch = watch(Thread.currentThread());
    return new HeldCommit(commit, watch, this::ended); // the watch began before
  }

  private ReadWatch watch(Thread reader) {
    if (disturbed.getOrDefault(reader, 0) < OPTIMISTIC_READS) {
      return table.watch();
    }
    // Forgotten at once, lest a read within this one waits for the writer that waits for it.
    disturbed.remove(reader);
    return table.hold();
  }

  private void ended(boolean stale) {
    Thread reader = Thread.currentThread();
    if (stale) {
      disturbed.merge(reader, 1, Integer::sum);
    } else {
      disturbed.remove(reader);
    }
  }

  @Override
  public void close() {
    // The writer closes the table.
  }
}
