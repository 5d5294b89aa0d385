package io.imagestore.disk;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FaultyDiskContract;

/** That a failing disk, or the loss of power, loses nothing that was promised. */
class DiskFaultsTest extends FaultyDiskContract {
  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }
}
