package io.imagestore.lmdb;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import java.nio.file.Path;

/** The backend {@code lmdb}, for {@link io.imagestore.ImageStores}. */
public final class LmdbImageStoreProvider implements ImageStoreProvider {

  /** As {@link java.util.ServiceLoader} needs it. */
  public LmdbImageStoreProvider() {}

  @Override
  public String backend() {
    return LmdbImageStore.BACKEND;
  }

  @Override
  public Class<LmdbOptions> optionsType() {
    return LmdbOptions.class;
  }

  @Override
  public boolean recognizes(Path path) {
    return DataFile.isIn(path);
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    return LmdbImageStore.openReadOnly(path, LmdbOptions.from(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return LmdbImageStore.open(path, LmdbOptions.from(options));
  }
}
