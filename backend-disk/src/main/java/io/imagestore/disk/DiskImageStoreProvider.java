package io.imagestore.disk;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.spi.StoreFiles;
import java.nio.file.Path;

/** Lets {@link io.imagestore.ImageStores} find this backend, under the name {@code disk}. */
public final class DiskImageStoreProvider implements ImageStoreProvider {

  /** For {@link java.util.ServiceLoader}. */
  public DiskImageStoreProvider() {}

  @Override
  public String backend() {
    return DiskImageStore.BACKEND;
  }

  @Override
  public boolean recognizes(Path path) {
    return DiskImageStore.isAt(path);
  }

  @Override
  public Class<DiskOptions> optionsType() {
    return DiskOptions.class;
  }

  @Override
  public ImageSource openReadOnly(Path path, StoreOptions options) {
    return DiskImageStore.openReadOnly(path, DiskOptions.from(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options) {
    return DiskImageStore.open(path, DiskOptions.from(options));
  }

  @Override
  public ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    return DiskImageStore.open(path, DiskOptions.from(options), files);
  }
}
