package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.PersistentStoreContract;

final class LmdbImageStoreContractTest extends PersistentStoreContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }
}
