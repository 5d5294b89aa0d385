package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import io.imagestore.spi.DamagedFolder;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.StoreWriter;
import java.io.IOException;
import java.util.Iterator;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    Rebuild rebuild,
    Durability durability)
    implements StoreWriter {

  private static final Logger LOG = LoggerFactory.getLogger(LmdbWriter.class);

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
  public void drop(long id) throws IOException {
    try {
      remove(id);
    } catch (CorruptStoreException e) {
      // The way to it is damaged as well.
      rebuild.leaveOut(id);
      LOG.debug("image {} can't be deleted", id, e);
    }
  }

  @Override
  public void mendStructure(DamagedFolder aside, Consumer<String> mended) throws IOException {
    if (rebuild.isNeeded()) {
      long count = rebuild.run(aside);
      mended.accept(
          "pages that lead to images were damaged, so the store was made anew of the "
              + count
              + " images that are whole; its damaged "
              + DataFile.NAME
              + " has been laid aside");
    }
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
