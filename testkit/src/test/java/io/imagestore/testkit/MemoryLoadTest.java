package io.imagestore.testkit;

import io.imagestore.spi.ImageStoreProvider;

class MemoryLoadTest extends LoadContract {

  @Override
  protected ImageStoreProvider provider() {
    return new MemoryImageStoreProvider();
  }
}
