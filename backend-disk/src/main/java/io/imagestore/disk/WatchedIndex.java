package io.imagestore.disk;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The index of a store that is read while another process may write to it. It stays as it was read,
 * until a file it names is gone: then the label table is read again, if it has changed.
 */
final class WatchedIndex extends Index {
  private final Path folder;
  private final StoreFiles files;

  /** Tells the store's folder from one that may come in its place; null where nothing does. */
  private final @Nullable Object key;

  private TableVersion seen;

  /** Begins to watch; what is read from now on may be published. */
  WatchedIndex(Path folder, StoreFiles files) throws IOException {
    super(new State(Snapshot.EMPTY, List.of()));
    this.folder = folder;
    this.files = files;
    key = keyOf(folder);
    seen = TableVersion.of(folder);
  }

  private static @Nullable Object keyOf(Path folder) throws IOException {
    return Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
  }

  @Override
  synchronized Snapshot refreshed() throws IOException {
    requireSameFolder();
    TableVersion version = TableVersion.of(folder);
    if (!version.equals(seen)) {
      State state = State.of(TableReader.read(folder, files));
      requireSameFolder();
      publish(state);
      seen = version;
    }
    return current();
  }

  /** Images of another store mustn't come among those of this one. */
  private void requireSameFolder() throws IOException {
    if (!Objects.equals(key, keyOf(folder))) {
      throw new IOException(
          "another folder has come in the place of the store's while it was open; close it, and"
              + " open the one that is meant");
    }
  }
}
