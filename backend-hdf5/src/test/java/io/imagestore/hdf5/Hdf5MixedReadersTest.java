package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.ReadersContract;

final class Hdf5MixedReadersTest extends ReadersContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Mixed();
  }
}
