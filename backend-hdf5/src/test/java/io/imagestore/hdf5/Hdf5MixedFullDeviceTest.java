package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FullDeviceContract;

final class Hdf5MixedFullDeviceTest extends FullDeviceContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Mixed();
  }
}
