package io.imagestore.lmdb;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.DamageContract;

final class LmdbDamageTest extends DamageContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LmdbImageStoreProvider();
  }
}
