package io.imagestore.testkit;

import io.imagestore.ImageStore;
import io.imagestore.OpenMode;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;

/**
 * Makes the backend {@code memory}. Each store it opens is new and empty; nothing is written at the
 * path.
 */
public final class MemoryImageStoreProvider implements ImageStoreProvider {

  /** For the service loader. */
  public MemoryImageStoreProvider() {}

  @Override
  public String backend() {
    return "memory";
  }

  @Override
  public boolean recognises(Path path) {
    return false;
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    if (options.mode() == OpenMode.READ_ONLY) {
      throw new UnsupportedStoreException(
          "there is no store at " + path + ": a store in memory is always new");
    }
    return new MemoryImageStore(path, options);
  }
}
