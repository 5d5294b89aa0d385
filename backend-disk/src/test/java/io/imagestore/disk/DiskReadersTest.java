package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.ReadersContract;

final class DiskReadersTest extends ReadersContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
