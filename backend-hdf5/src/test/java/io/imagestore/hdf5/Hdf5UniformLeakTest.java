package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.LeakContract;

final class Hdf5UniformLeakTest extends LeakContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Uniform();
  }
}
