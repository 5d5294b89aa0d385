package io.imagestore.disk;

import io.imagestore.spi.Pool;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreLock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What an open store holds and must give back. */
final class Parts implements Closeable {
  /** Where the store lies, links followed: they may lead elsewhere before it is closed. */
  final Path folder;

  final StoreFiles storeFiles;
  final ImageFiles files;
  final Workers workers;
  final Pool<Codec> codecs;
  final Pool<ReadAhead> ahead;
  final MetadataReader metadata;
  private final @Nullable StoreLock lock;

  Parts(Path folder, DiskOptions options, StoreFiles storeFiles, @Nullable StoreLock lock) {
    this.folder = folder;
    this.storeFiles = storeFiles;
    this.lock = lock;
    files = new ImageFiles(folder, storeFiles);
    workers = new Workers("codec", options.threads());
    int processors = Runtime.getRuntime().availableProcessors();
    int keep = options.threads() + processors;
    codecs = new Pool<>(Codec::new, keep);
    ahead = new Pool<>(ReadAhead::new, processors);
    metadata = new MetadataReader(folder, storeFiles, keep);
  }

  @Override
  @SuppressWarnings(
      "try") // named only to be closed, each though another fails, the lock last of all
  public void close() throws IOException {
    try (StoreLock last = lock;
        MetadataReader fifth = metadata;
        Pool<ReadAhead> fourth = ahead;
        Pool<Codec> third = codecs;
        Workers second = workers;
        ImageFiles first = files) {}
  }
}
