package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.DamageContract;

final class Hdf5DamageTest extends DamageContract {

  @Override
  protected ImageStoreProvider provider() {
    return new Hdf5ImageStoreProvider();
  }
}
