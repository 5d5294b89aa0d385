package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.LeakContract;

final class DiskLeakTest extends LeakContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
