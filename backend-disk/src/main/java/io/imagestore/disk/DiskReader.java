package io.imagestore.disk;

import io.imagestore.Capability;
import io.imagestore.StoreInfo;
import io.imagestore.spi.StoreReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads an open store by its index. */
final class DiskReader implements StoreReader {

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES,
          Capability.ENCODED,
          Capability.UINT16,
          Capability.METADATA,
          Capability.PERSISTENT,
          Capability.READ_BY_OTHER_PROCESSES);

  private final Path store;
  private final Index index;
  private final Parts parts;
  private final ImageReader images;
  private final @Nullable StoreWriter writer;

  DiskReader(
      Path store, DiskOptions options, Index index, Parts parts, @Nullable StoreWriter writer) {
    this.store = store;
    this.index = index;
    this.parts = parts;
    this.writer = writer;
    images =
        new ImageReader(
            store, parts, parts.codecs, index, options.maxPixels(), options.verifyChecksums());
  }

  @Override
  public Path location() {
    return store;
  }

  @Override
  public io.imagestore.spi.Snapshot snapshot() {
    return new DiskSnapshot(store, parts, index.current(), images);
  }

  @Override
  public StoreInfo describe() throws IOException {
    Index.State state = index.state();
    Snapshot snapshot = state.snapshot();
    long bytes = snapshot.fileBytes() + Files.size(parts.folder.resolve(TableFormat.FILE));
    for (Path metadata : MetadataLines.files(parts.folder)) {
      bytes += metadata.toFile().length(); // 0 if a writer has just removed it
    }
    return new StoreInfo(
        DiskImageStore.BACKEND,
        store,
        snapshot.entries().size(),
        bytes,
        state.labelNames(),
        CAPABILITIES);
  }

  @Override
  public void checkStructure(Consumer<String> problem) throws IOException {
    Structure structure = new Structure(parts);
    (writer == null ? structure.check() : structure.check(writer, index.current()))
        .forEach(problem);
  }

  /** A table that has lost an id is refused when it is read. */
  @Override
  public void requireNoLostIds() {
    // It has been read.
  }

  @Override
  public void close() throws IOException {
    parts.close();
  }
}
