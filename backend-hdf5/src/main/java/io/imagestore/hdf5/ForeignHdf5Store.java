package io.imagestore.hdf5;

import io.imagestore.ImageStore;
import io.imagestore.UnsupportedStoreException;
import java.nio.file.Path;

final class ForeignHdf5Store {
  static ImageStore open(Path path, Hdf5Options options) {
    throw new UnsupportedStoreException("not yet " + path + options);
  }
}
