package io.imagestore.hdf5;

import io.imagestore.Capability;
import io.imagestore.StoreInfo;
import io.imagestore.hdf5.Hdf5Options.Layout;
import io.imagestore.spi.Pool;
import io.imagestore.spi.StoreReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an open store, whoever writes to it. */
final class Hdf5Reader implements StoreReader {

  private static final Set<Capability> OF_ALL =
      EnumSet.of(
          Capability.METADATA,
          Capability.ANY_CHANNELS,
          Capability.UINT16,
          Capability.FLOAT32,
          Capability.PERSISTENT,
          Capability.READ_BY_OTHER_PROCESSES);

  private final Path store;
  private final StoreState state;
  private final List<String> labelNames;
  private final boolean verifyChecksums;
  private final Layout wanted;
  private final Pool<ReadRoom> rooms =
      new Pool<>(ReadRoom::new, Runtime.getRuntime().availableProcessors());

  Hdf5Reader(Path store, StoreState state, List<String> labelNames, Hdf5Options options) {
    this.store = store;
    this.state = state;
    this.labelNames = labelNames;
    this.verifyChecksums = options.verifyChecksums();
    this.wanted = options.layout();
  }

  @Override
  public Path location() {
    return store;
  }

  @Override
  public Hdf5Snapshot snapshot() throws IOException {
    return new Hdf5Snapshot(store, state.hold(), rooms, verifyChecksums);
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
        capabilities(commit.layout()));
  }

  /** What the layout leaves possible, or, as long as there is none, the first image may be. */
  private Set<Capability> capabilities(@Nullable StoreLayout layout) {
    Set<Capability> capabilities = EnumSet.copyOf(OF_ALL);
    boolean mixed = layout == null ? wanted == Layout.MIXED : layout.isMixed();
    boolean open = layout == null && wanted == Layout.AUTO;
    if (mixed) {
      capabilities.add(Capability.MIXED_SHAPES);
    }
    if (mixed || open) {
      capabilities.add(Capability.ENCODED);
    }
    return capabilities;
  }

  @Override
  public void checkStructure(Consumer<String> problem) {
    state.commit().damage().requireNoneLostToReaders(store);
  }

  @Override
  public void close() throws IOException {
    rooms.close();
    state.close();
  }
}
