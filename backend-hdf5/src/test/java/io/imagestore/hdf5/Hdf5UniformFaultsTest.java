package io.imagestore.hdf5;

import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.FaultyDiskContract;

/** That a failing disk, or the loss of power, loses nothing that was promised. */
final class Hdf5UniformFaultsTest extends FaultyDiskContract {

  @Override
  protected ImageStoreProvider provider() {
    return new LayoutProvider.Uniform();
  }

  @Override
  protected boolean mayBeRefusedBeforeItsFirstFlush() {
    return true;
  }
}
