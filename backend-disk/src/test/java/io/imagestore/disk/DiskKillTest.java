package io.imagestore.disk;

import io.imagestore.LabeledImage;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.testkit.KillContract;
import java.io.IOException;
import java.nio.file.Path;

final class DiskKillTest extends KillContract {

  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }

  @Override
  protected void damage(Path store, LabeledImage image) throws IOException {
    DiskImageStoreContractTest.damageFileOf(store, image);
  }
}
