package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.PersistentStoreContract;

class Hdf5MixedContractTest extends PersistentStoreContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Mixed();
  }
}
