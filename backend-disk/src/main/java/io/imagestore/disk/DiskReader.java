package io.imagestore.disk;

import io.imagestore.Capability;
import io.imagestore.StoreInfo;
import io.imagestore.spi.StoreReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads an open store by its index. */
final class DiskReader implements StoreReader {

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final Path store;
  private final List<String> labelNames;
  private final Index index;
  private final Parts parts;
  private final ImageReader images;

  DiskReader(Path store, DiskOptions options, List<String> labelNames, Index index, Parts parts) {
    this.store = store;
    this.labelNames = labelNames;
    this.index = index;
    this.parts = parts;
    images =
        new ImageReader(
            store,
            parts.files,
            parts.codecs,
            index,
            options.maxPixels(),
            options.verifyChecksums());
  }

  @Override
  public Path location() {
    return store;
  }

  @Override
  public io.imagestore.spi.Snapshot snapshot() {
    return new DiskSnapshot(store, index.current(), images, parts.workers);
  }

  @Override
  public StoreInfo describe() throws IOException {
    Snapshot snapshot = index.current();
    long bytes = snapshot.fileBytes() + Files.size(store.resolve(TableFormat.FILE));
    return new StoreInfo(
        DiskImageStore.BACKEND, store, snapshot.entries().size(), bytes, labelNames, CAPABILITIES);
  }

  @Override
  public void close() throws IOException {
    parts.close();
  }
}
