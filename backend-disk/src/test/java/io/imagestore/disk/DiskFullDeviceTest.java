package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FullDeviceContract;

final class DiskFullDeviceTest extends FullDeviceContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
