package io.imagestore.disk;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * The index of a store that is read while another process may write to it. It stays as it was read,
 * until a file it names is gone: then the label table is read again, if it has changed.
 */
final class WatchedIndex extends Index {
  /** What tells a table from the one it was. */
  private record Version(FileTime modified, long length, @Nullable Object key) {
    static Version of(Path table) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(table, BasicFileAttributes.class);
      return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
  }

  private final Path store;
  private final StoreFiles files;
  private Version seen;

  /** Begins to watch; what is read from now on may be published. */
  WatchedIndex(Path store, StoreFiles files) throws IOException {
    super(Snapshot.EMPTY);
    this.store = store;
    this.files = files;
    seen = Version.of(store.resolve(TableFormat.FILE));
  }

  @Override
  synchronized Snapshot refreshed() throws IOException {
    Version version = Version.of(store.resolve(TableFormat.FILE));
    if (!version.equals(seen)) {
      publish(TableReader.read(store, files).snapshot());
      seen = version;
    }
    return current();
  }
}
