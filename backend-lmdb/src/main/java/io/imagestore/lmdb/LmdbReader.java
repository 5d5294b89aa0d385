package io.imagestore.lmdb;

import io.imagestore.Capability;
import io.imagestore.CorruptStoreException;
import io.imagestore.StoreInfo;
import io.imagestore.spi.Pool;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoreReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Reads what lies in an environment: a store of ours, or pickled images. */
final class LmdbReader implements StoreReader {

  private static final Set<Capability> OF_PICKLES =
      EnumSet.of(
          Capability.MIXED_SHAPES,
          Capability.ANY_CHANNELS,
          Capability.PERSISTENT,
          Capability.READ_BY_OTHER_PROCESSES,
          Capability.LIVE_READERS);
  private static final Set<Capability> OF_STORES = EnumSet.allOf(Capability.class);

  private final Path store;
  private final Environment environment;
  private final boolean verifyChecksums;
  private final Pool<ReadRoom> rooms =
      new Pool<>(ReadRoom::new, Runtime.getRuntime().availableProcessors());

  LmdbReader(Path store, Environment environment, boolean verifyChecksums) {
    this.store = store;
    this.environment = environment;
    this.verifyChecksums = verifyChecksums;
  }

  @Override
  public Path location() {
    return store;
  }

  @Override
  public Snapshot snapshot() throws IOException {
    EnteredSnapshot entered = environment.enter();
    return environment.holdsPickles()
        ? new PickledSnapshot(store, entered)
        : new LmdbSnapshot(store, entered, rooms, verifyChecksums);
  }

  @Override
  public StoreInfo describe() throws IOException {
    boolean pickles = environment.holdsPickles();
    return new StoreInfo(
        LmdbImageStore.BACKEND,
        store,
        environment.read(StoreView::count),
        DataFile.bytesIn(store),
        pickles ? List.of() : StoreOpener.headerOf(environment, store).labelNames(),
        pickles ? OF_PICKLES : OF_STORES);
  }

  @Override
  public void checkStructure(Consumer<String> problem) throws IOException {
    environment
        .read(
            view -> {
              view.ids().requireAll();
              return view.countProblem();
            })
        .ifPresent(problem);
    if (!environment.holdsPickles()) {
      checkFreePages(problem);
    }
  }

  @Override
  public void requireNoLostIds() throws IOException {
    environment.check(view -> view.ids().requireAll());
  }

  private void checkFreePages(Consumer<String> problem) throws IOException {
    try {
      environment.check(StoreView::requireWritable);
    } catch (CorruptStoreException e) {
      problem.accept("nothing can be written to it: " + e.getMessage());
      return;
    }
    try {
      environment.check(StoreView::requireNoneInUseIsFree);
    } catch (CorruptStoreException e) {
      problem.accept("a write may overwrite what is in use: " + e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    rooms.close();
    environment.leave();
  }
}
