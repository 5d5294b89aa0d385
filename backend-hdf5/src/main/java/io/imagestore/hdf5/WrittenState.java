package io.imagestore.hdf5;

import io.imagestore.hdf5.format.Hdf5Table;
import java.io.IOException;

/** The state of a store that this process alone writes to. */
final class WrittenState implements StoreState {

  private final Hdf5Table table;
  private volatile Snapshot snapshot;

  WrittenState(Hdf5Table table, Snapshot snapshot) {
    this.table = table;
    this.snapshot = snapshot;
  }

  Hdf5Table table() {
    return table;
  }

  @Override
  public Snapshot snapshot() {
    return snapshot;
  }

  /** Shows what was committed. */
  void publish(Snapshot committed) {
    snapshot = committed;
  }

  @Override
  public <T> T read(Step<T> step) throws IOException {
    return table.read(() -> step.read(snapshot));
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
