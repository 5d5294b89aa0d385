package io.imagestore.hdf5;

import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.hdf5.format.UncertainCommitException;
import io.imagestore.spi.DamagedFolder;
import io.imagestore.spi.Remains;
import io.imagestore.spi.StoreLock;
import io.imagestore.spi.StoreWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes to an open store. */
final class Hdf5Writer implements StoreWriter {

  private final Path store;
  private final WrittenState state;
  private final Hdf5Reader reader;
  private final Hdf5Options options;
  private final StoreLock lock;
  private final ByteReuse reuse;
  private final Blocks blocks = new Blocks();

  Hdf5Writer(
      Path store,
      WrittenState state,
      Hdf5Reader reader,
      ByteReuse reuse,
      Hdf5Options options,
      StoreLock lock) {
    this.store = store;
    this.state = state;
    this.reader = reader;
    this.reuse = reuse;
    this.options = options;
    this.lock = lock;
  }

  @Override
  public void write(Iterator<LabeledImage> images) throws IOException {
    if (!images.hasNext()) {
      return;
    }
    LabeledImage first = images.next();
    Image image = first.image();
    boolean single = !images.hasNext();
    try (StoreWrite write = begin(image.isEncoded(), image.shape(), single)) {
      write.add(first);
      while (images.hasNext()) {
        write.add(images.next());
      }
      publish(write);
    }
  }

  @Override
  public void write(ImageBatch batch) throws IOException {
    try (StoreWrite write = begin(false, batch.shape(), true)) {
      write.add(batch);
      publish(write);
    }
  }

  /**
   * Begins to write.
   *
   * @param encoded whether the first image is, which decides on the layout with its shape if
   *     nothing else has
   * @param single whether at most one image will come alone
   */
  private StoreWrite begin(boolean encoded, ImageShape shape, boolean single) throws IOException {
    Commit before = state.commit();
    before.damage().requireNoneLostToWriters(store);
    StoreLayout layout = before.layout() == null ? layout(encoded, shape) : before.layout();
    Transaction transaction = state.table().begin();
    boolean begun = false;
    try {
      StoreWrite write =
          layout.isMixed()
              ? new MixedWrite(transaction, before, store, reuse, options)
              : uniform(transaction, layout, before, single);
      begun = true;
      return write;
    } finally {
      if (!begun) {
        transaction.close();
      }
    }
  }

  private StoreLayout layout(boolean encoded, ImageShape shape) {
    return switch (options.layout()) {
      case UNIFORM -> StoreLayout.uniform(shape);
      case MIXED -> StoreLayout.MIXED;
      case AUTO -> encoded ? StoreLayout.MIXED : StoreLayout.uniform(shape);
    };
  }

  private StoreWrite uniform(
      Transaction transaction, StoreLayout layout, Commit before, boolean single) {
    ImageShape shape = Objects.requireNonNull(layout.shape());
    ImageBatch gathered = single ? blocks.ofOne(shape) : blocks.ofMany(shape);
    return new UniformWrite(transaction, layout, before, store, reuse, options, gathered);
  }

  private void publish(StoreWrite write) throws IOException {
    try {
      write.commit(options.durableCommits(), state::publish);
    } catch (UncertainCommitException e) {
      throw uncertain(e);
    }
  }

  /** Not an IOException, of which the caller would say that nothing is stored. */
  private ImageStoreException uncertain(UncertainCommitException e) {
    return new ImageStoreException("writing to store " + store + " failed: " + e.getMessage(), e);
  }

  @Override
  public boolean remove(long id) throws IOException {
    return remove(
        id,
        (row, layout, transaction) -> {
          Records records = new Records(store, layout, transaction);
          reuse.letGo(records.readOwn(id, row), layout, transaction);
        });
  }

  /** Without letting go of bytes, for a damaged row may refer to another image's. */
  @Override
  public void drop(long id) throws IOException {
    remove(id, (row, layout, transaction) -> {});
  }

  /** What is done before a row is taken out. */
  private interface Farewell {
    void to(int row, StoreLayout layout, Transaction transaction) throws IOException;
  }

  private boolean remove(long id, Farewell farewell) throws IOException {
    Commit before = state.commit();
    StoreLayout layout = before.layout();
    Integer row = before.rows().get(id);
    if (row == null || layout == null) {
      return false;
    }
    try (Transaction transaction = state.table().begin()) {
      farewell.to(row, layout, transaction);
      Removal removal = new Removal(before, layout, transaction);
      removal.ofImage(id, row, options.durableCommits(), state::publish);
    } catch (UncertainCommitException e) {
      throw uncertain(e);
    }
    return true;
  }

  /** Takes rows out whose ids are lost, so that the store can be written to again. */
  @Override
  public void mendStructure(DamagedFolder aside, Consumer<String> mended) throws IOException {
    LostRows lost = state.commit().damage().lost();
    for (; !lost.isEmpty(); lost = state.commit().damage().lost()) {
      int row = lost.last(); // so that no other lost row takes its place
      String problem = "what was stored as the id of row " + row + " can't be told";
      aside.lay("row-" + row, problem, remainsOfRow(row));
      removeLostRow(row);
      mended.accept(problem + ", so the row was dropped");
    }
  }

  private @Nullable Remains remainsOfRow(int row) throws IOException {
    try (Hdf5Snapshot snapshot = reader.snapshot()) {
      return snapshot.remainsOfRow(row);
    }
  }

  private void removeLostRow(int row) throws IOException {
    Commit before = state.commit();
    StoreLayout layout = Objects.requireNonNull(before.layout()); // there are rows
    try (Transaction transaction = state.table().begin()) {
      Removal removal = new Removal(before, layout, transaction);
      removal.ofLostRow(row, options.durableCommits(), state::publish);
    } catch (UncertainCommitException e) {
      throw uncertain(e);
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
