package io.imagestore.disk;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The index of a store that is read while another process may write to it. It stays as it was read,
 * until a file it names is gone: then the label table is read again, if it has changed.
 */
final class WatchedIndex extends Index {
  private final Path store;
  private final StoreFiles files;
  private TableVersion seen;

  /** Begins to watch; what is read from now on may be published. */
  WatchedIndex(Path store, StoreFiles files) throws IOException {
    super(Snapshot.EMPTY);
    this.store = store;
    this.files = files;
    seen = TableVersion.of(store);
  }

  @Override
  synchronized Snapshot refreshed() throws IOException {
    TableVersion version = TableVersion.of(store);
    if (!version.equals(seen)) {
      publish(TableReader.read(store, files).snapshot());
      seen = version;
    }
    return current();
  }
}
