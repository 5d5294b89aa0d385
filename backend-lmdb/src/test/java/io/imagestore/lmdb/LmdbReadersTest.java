package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.ReadersContract;

final class LmdbReadersTest extends ReadersContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }
}
