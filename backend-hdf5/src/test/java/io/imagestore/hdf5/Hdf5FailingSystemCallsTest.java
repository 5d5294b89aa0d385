package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FailingSystemCallsContract;

final class Hdf5FailingSystemCallsTest extends FailingSystemCallsContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Mixed();
  }
}
