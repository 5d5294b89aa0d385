package io.imagestore.hdf5;

import io.imagestore.ImageBatch;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.hdf5.format.UncertainCommitException;
import io.imagestore.internal.PersistentLongMap;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.StoreWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/** Writes to an open store. */
final class Hdf5Writer implements StoreWriter {

  private final Path store;
  private final WrittenState state;
  private final Hdf5Options options;
  private final StoreLock lock;
  private final Blocks blocks = new Blocks();

  Hdf5Writer(Path store, WrittenState state, Hdf5Options options, StoreLock lock) {
    this.store = store;
    this.state = state;
    this.options = options;
    this.lock = lock;
  }

  @Override
  public void write(Iterator<LabeledImage> images) throws IOException {
    if (!images.hasNext()) {
      return;
    }
    try (StoreWrite write = begin()) {
      blocks.forEach(images, write::require, write::add);
      publish(write);
    }
  }

  @Override
  public void write(LabeledImage image) throws IOException {
    try (StoreWrite write = begin()) {
      write.require(image);
      write.add(blocks.of(image));
      publish(write);
    }
  }

  @Override
  public void write(ImageBatch batch) throws IOException {
    try (StoreWrite write = begin()) {
      write.add(batch);
      publish(write);
    }
  }

  private StoreWrite begin() throws IOException {
    return new StoreWrite(state.table().begin(), state.commit(), store, options);
  }

  private void publish(StoreWrite write) throws IOException {
    try {
      state.publish(write.commit());
    } catch (UncertainCommitException e) {
      throw uncertain(e);
    }
  }

  /** Not an IOException, of which the caller would say that nothing is stored. */
  private ImageStoreException uncertain(UncertainCommitException e) {
    return new ImageStoreException("writing to store " + store + " failed: " + e.getMessage(), e);
  }

  /** The last row moves into the hole, so that rows stay without gaps. */
  @Override
  public boolean remove(long id) throws IOException {
    Commit before = state.commit();
    Integer hole = before.rows().get(id);
    if (hole == null) {
      return false;
    }
    PersistentLongMap<Integer> rows = before.rows().without(id);
    try (Transaction transaction = state.table().begin()) {
      int last = (int) transaction.rows() - 1;
      if (hole != last) {
        move(before, last, hole, transaction);
        rows = rows.with(before.table().getLong(Columns.IDS, last), hole);
      }
      transaction.shrink(last);
      state.publish(before.after(transaction.commit(options.durableCommits()), rows));
    } catch (UncertainCommitException e) {
      throw uncertain(e);
    }
    return true;
  }

  private static void move(Commit before, int from, int to, Transaction transaction)
      throws IOException {
    List<ColumnSpec> columns = before.table().columns();
    for (int column = 0; column < columns.size(); column++) {
      byte[] moved = new byte[columns.get(column).rowBytes()];
      before.table().get(column, from, ByteBuffer.wrap(moved));
      transaction.replace(to, column, ByteBuffer.wrap(moved));
    }
  }

  @Override
  public void sync() throws IOException {
    state.table().checkpoint();
  }

  /** The table, too, for nobody may write to it once the lock is let go. */
  @Override
  public void close() throws IOException {
    try {
      state.table().close();
    } finally {
      lock.close();
    }
  }
}
