package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.LoadContract;

final class Hdf5UniformLoadTest extends LoadContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Uniform();
  }
}
