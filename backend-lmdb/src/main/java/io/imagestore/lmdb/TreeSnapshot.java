package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.spi.Snapshot;
import io.imagestore.spi.StoredImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;

/** One commit's state, as calls see it: what is the same for all that lies in LMDB's trees. */
abstract class TreeSnapshot implements Snapshot {

  private final Path store;
  final EnteredSnapshot entered;

  TreeSnapshot(Path store, EnteredSnapshot entered) {
    this.store = store;
    this.entered = entered;
  }

  /** Finds the bytes that a visitor is to see, checked if that is wanted. */
  abstract ByteBuffer bytes(StoreView view, StoredImage image);

  /** Reads and checks an image, whatever the options say. */
  abstract void check(StoreView view, long id);

  @Override
  public final Path store() {
    return store;
  }

  @Override
  public final long count() {
    return entered.look(StoreView::count);
  }

  @Override
  public final OptionalLong lastId() {
    return entered.look(view -> view.ids().last());
  }

  @Override
  public final long[] idsFrom(long firstId, int count) {
    return entered.look(view -> view.ids().from(firstId, count));
  }

  @Override
  public final long[] idsToCheck(long firstId, int count) {
    return entered.look(view -> view.ids().evenIfDamagedFrom(firstId, count));
  }

  @Override
  public final void read(StoredImage image, Visitor visitor) throws IOException {
    ByteBuffer bytes = entered.look(view -> bytes(view, image));
    entered.show(() -> visitor.visit(bytes));
  }

  @Override
  public final void check(long id) {
    try {
      entered.look(
          view -> {
            check(view, id);
            return true;
          });
    } catch (CorruptStoreException e) {
      throw new CorruptImageException(store, id, "the pages that lead to it are damaged", e);
    }
  }

  @Override
  public void close() {
    entered.close();
  }
}
