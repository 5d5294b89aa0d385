package io.imagestore.hdf5;

import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.testkit.SampleImages;
import java.nio.file.Path;

/** Appends batches, saying so after each, until it is killed. */
final class BatchWriter {

  static final int BATCH = 37;

  private BatchWriter() {}

  /** The one argument is the store's path. */
  public static void main(String[] arguments) {
    ImageShape shape = new ImageShape(8, 8, 3);
    Hdf5Options options = Hdf5Options.builder().chunkRows(10).build();
    try (ImageStore store = Hdf5ImageStore.open(Path.of(arguments[0]), options)) {
      for (int batch = 0; ; batch++) {
        store.putBatch(SampleImages.list((long) batch * BATCH, BATCH, shape, batch));
        System.out.println("done " + batch);
      }
    }
  }
}
