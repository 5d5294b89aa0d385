package io.imagestore.testkit;

import io.imagestore.spi.ImageStoreProvider;

class MemoryImageStoreTest extends ImageStoreContract {

  @Override
  protected ImageStoreProvider provider() {
    return new MemoryImageStoreProvider();
  }
}
