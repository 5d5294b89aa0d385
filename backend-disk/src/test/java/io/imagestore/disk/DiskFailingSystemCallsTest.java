package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FailingSystemCallsContract;

final class DiskFailingSystemCallsTest extends FailingSystemCallsContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
