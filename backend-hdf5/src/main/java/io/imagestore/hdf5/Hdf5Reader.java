package io.imagestore.hdf5;

import io.imagestore.Capability;
import io.imagestore.StoreInfo;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads an open store, whoever writes to it. */
final class Hdf5Reader implements StoreReader {

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.ANY_CHANNELS,
          Capability.UINT16,
          Capability.FLOAT32,
          Capability.PERSISTENT,
          Capability.READ_BY_OTHER_PROCESSES);

  private final Path store;
  private final StoreState state;
  private final List<String> labelNames;
  private final boolean verifyChecksums;

  Hdf5Reader(Path store, StoreState state, List<String> labelNames, Hdf5Options options) {
    this.store = store;
    this.state = state;
    this.labelNames = labelNames;
    this.verifyChecksums = options.verifyChecksums();
  }

  @Override
  public Path location() {
    return store;
  }

  @Override
  public Snapshot snapshot() throws IOException {
    return new Hdf5Snapshot(store, state.hold(), verifyChecksums);
  }

  @Override
  public StoreInfo describe() {
    Commit commit = state.commit();
    return new StoreInfo(
        Hdf5ImageStore.BACKEND,
        store,
        commit.rows().size(),
        commit.table().bytes(),
        labelNames,
        CAPABILITIES);
  }

  @Override
  public void close() throws IOException {
    state.close();
  }
}
