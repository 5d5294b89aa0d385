package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FaultyDiskContract;

final class Hdf5MixedFaultyDiskTest extends FaultyDiskContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Mixed();
  }
}
