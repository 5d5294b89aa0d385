package io.imagestore.lmdb;

import io.imagestore.Durability;
import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.StoreWriter;
import java.io.IOException;
import java.util.Iterator;

/**
 * Writes a store.
 *
 * @param lock keeps other processes from writing
 * @param thread in which LMDB is called
 */
record LmdbWriter(
    StoreLock lock,
    WriterThread thread,
    WriteEnvironment lmdb,
    ImageWriter images,
    Durability durability)
    implements StoreWriter {

  @Override
  public void write(Iterator<LabeledImage> images) throws IOException {
    this.images.write(images);
  }

  @Override
  public void write(ImageBatch batch) throws IOException {
    images.write(batch);
  }

  @Override
  public boolean remove(long id) throws IOException {
    return images.delete(id);
  }

  @Override
  public void sync() throws IOException {
    if (durability == Durability.FLUSH) {
      thread.call(
          () -> {
            lmdb.sync();
            return true;
          });
    }
  }

  @Override
  public void close() throws IOException {
    try (lock;
        thread) {
      try {
        sync();
      } finally {
        thread.call(
            () -> {
              lmdb.close();
              return true;
            });
      }
    }
  }
}
