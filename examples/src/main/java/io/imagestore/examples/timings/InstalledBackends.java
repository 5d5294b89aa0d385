package io.imagestore.examples.timings;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStores;
import io.imagestore.StoreOptions;
import java.nio.file.Path;

/** Opens stores of the backends on the class path, with the options that need no thought. */
public final class InstalledBackends implements StoreOpener {

  @Override
  public ImageStore openToWrite(String backend, Path path) {
    return ImageStores.open(backend, path, StoreOptions.defaults());
  }

  @Override
  public ImageSource openToRead(Path path) {
    return ImageStores.open(path);
  }
}
