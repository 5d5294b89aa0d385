package io.imagestore.disk;

import io.imagestore.LabeledImage;
import io.imagestore.spi.ImageStoreProvider;
import io.imagestore.spi.StoreFiles;
import io.imagestore.testkit.PersistentStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract that all stores keep. */
class DiskImageStoreContractTest extends PersistentStoreContract {
  @Override
  protected ImageStoreProvider provider() {
    return new DiskImageStoreProvider();
  }

  @Override
  protected void damage(Path store, LabeledImage image) throws IOException {
    damageFileOf(store, image);
  }

  static void damageFileOf(Path store, LabeledImage image) throws IOException {
    Entry entry = TableReader.read(store, StoreFiles.ofSystem()).snapshot().get(image.id());
    Path file = store.resolve(entry.name(image.id()).path());
    flipBit(file, Files.size(file) / 2);
  }
}
