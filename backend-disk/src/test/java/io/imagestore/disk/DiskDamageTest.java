package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.DamageContract;

final class DiskDamageTest extends DamageContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
