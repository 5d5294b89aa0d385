package io.imagestore.testkit;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreNotFoundException;
import io.imagestore.StoreOptions;
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
  public boolean recognizes(Path path) {
    return false;
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    throw new StoreNotFoundException(
        "there is no store at " + path + ": a store in memory is always new");
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return MemoryImageStore.open(path, options);
  }
}
