package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FailingSystemCallsContract;

final class LmdbFailingSystemCallsTest extends FailingSystemCallsContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }
}
