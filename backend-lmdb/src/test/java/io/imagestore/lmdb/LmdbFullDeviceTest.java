package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FullDeviceContract;

final class LmdbFullDeviceTest extends FullDeviceContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }
}
