package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.ReadersContract;

final class Hdf5UniformReadersTest extends ReadersContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Uniform();
  }
}
