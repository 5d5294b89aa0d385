package io.imagestore.lmdb;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Goes through the ids of a snapshot, in the index and among the images side by side: so none that
 * is missing from one of them is passed over in silence, and none comes up that was never stored.
 */
final class StoredIds {

  private static final int CHUNK = 1 << 12;

  private final StoreView view;
  private final Path store;
  private final Trees trees;

  StoredIds(StoreView view, Path store, Trees trees) {
    this.view = view;
    this.store = store;
    this.trees = trees;
  }

  /**
   * The ids that follow one another.
   *
   * @return ascending; fewer than count only where they end
   * @throws CorruptImageException if an image has lost its record
   * @throws CorruptStoreException if one is no id that was stored, or some are missing
   */
  long[] from(long firstId, int count) {
    IdList ids = new IdList(count);
    if (firstId <= trees.ids().highest()) {
      long first = trees.ids().key(firstId);
      if (trees.arePickled()) {
        addPickled(first, ids);
      } else {
        addOwn(first, ids);
      }
    }
    if (firstId == 0 && !ids.isFull() && ids.size() != trees.index().entries()) {
      throw missing(trees.index().entries() - ids.size());
    }
    return ids.toArray();
  }

  /**
   * The highest id.
   *
   * @return empty if there is no image
   * @throws CorruptImageException if an image beyond it has lost its record
   * @throws CorruptStoreException if it is no id
   */
  OptionalLong last() {
    TreeCursor index = view.index();
    boolean inIndex = index.last();
    if (!trees.arePickled() && view.images().last()) {
      long last = view.images().key();
      if (!inIndex || order(index.key(), last) < 0) {
        requirePending(view.idOf(last));
      }
    }
    return inIndex ? OptionalLong.of(view.idOf(index.key())) : OptionalLong.empty();
  }

  private void addPickled(long first, IdList ids) {
    TreeCursor index = view.index();
    for (boolean more = index.seek(first); more && !ids.isFull(); more = index.next()) {
      ids.add(view.idOf(index.key()));
    }
  }

  private void addOwn(long first, IdList ids) {
    TreeCursor index = view.index();
    TreeCursor images = view.images();
    boolean inIndex = index.seek(first);
    boolean inImages = images.seek(first);
    while (!ids.isFull() && (inIndex || inImages)) {
      int order = order(inIndex ? index.key() : IdList.END, inImages ? images.key() : IdList.END);
      if (order > 0) {
        requirePending(view.idOf(images.key()));
      } else {
        if (order < 0) {
          requireStored(view.idOf(index.key()));
        }
        ids.add(view.idOf(index.key()));
        inIndex = index.next();
      }
      inImages = order < 0 ? inImages : images.next();
    }
  }

  /** Below 0 if the first key comes first, above if the second does. */
  private static int order(long first, long second) {
    return Long.compareUnsigned(first, second);
  }

  private void requirePending(long id) {
    if (!view.isPending(id)) {
      throw new CorruptImageException(store, id, "its bytes are there, but its index record isn't");
    }
  }

  /** An image whose bytes are lost is still one of the store's, if its record says so. */
  private void requireStored(long id) {
    try {
      view.readRecord();
    } catch (CorruptImageException e) {
      throw new CorruptStoreException(
          DataFile.damaged(
              store,
              "the index has an id, "
                  + id
                  + ", for which there are neither bytes nor a sound record; verify() names what"
                  + " is lost"),
          e);
    }
  }

  private CorruptStoreException missing(long count) {
    return new CorruptStoreException(
        DataFile.damaged(store, "the ids of " + count + " images are lost"));
  }

  // For verify.

  /**
   * The ids that follow one another in either tree, as far as its pages can be read.
   *
   * @return ascending; fewer than count only where they end
   */
  long[] evenIfDamagedFrom(long firstId, int count) {
    IdList ids = new IdList(count);
    if (firstId <= trees.ids().highest()) {
      addSound(trees.ids().key(firstId), ids);
    }
    return ids.toArray();
  }

  /**
   * Checks that {@link #evenIfDamagedFrom} finds as many ids as there are images.
   *
   * @throws CorruptStoreException if there are images whose ids nothing tells any more
   */
  void requireAll() {
    long found = 0;
    long from = 0;
    long[] ids;
    do {
      ids = evenIfDamagedFrom(from, CHUNK);
      found += ids.length;
      from = ids.length == 0 ? 0 : ids[ids.length - 1] + 1;
    } while (ids.length == CHUNK && from > 0);
    if (found < trees.index().entries()) {
      throw missing(trees.index().entries() - found);
    }
  }

  private void addSound(long first, IdList ids) {
    SoundKeys index = new SoundKeys(view.index(), first);
    if (trees.arePickled()) {
      for (; index.isThere() && !ids.isFull(); index.next()) {
        addIfId(index.key(), ids);
      }
      return;
    }
    SoundKeys images = new SoundKeys(view.images(), first);
    while (!ids.isFull() && (index.isThere() || images.isThere())) {
      int order = order(keyOf(index), keyOf(images));
      long key = order > 0 ? images.key() : index.key();
      if (order == 0 || (order > 0 ? !isPending(key) : isStored(key))) {
        addIfId(key, ids);
      }
      if (order <= 0) {
        index.next();
      }
      if (order >= 0) {
        images.next();
      }
    }
  }

  private static long keyOf(SoundKeys keys) {
    return keys.isThere() ? keys.key() : IdList.END;
  }

  private void addIfId(long key, IdList ids) {
    long id = trees.ids().id(key);
    if (id != IdFormat.NONE) {
      ids.add(id);
    }
  }

  private boolean isPending(long id) {
    try {
      return view.isPending(id);
    } catch (PageDamageException e) {
      return false; // then it is rather a lost image
    }
  }

  /** Whether what has no bytes is an image of the store, or a key that has become another. */
  private boolean isStored(long key) {
    try {
      view.readRecord();
      return true;
    } catch (CorruptImageException | CorruptStoreException e) {
      return view.mayHaveBytes(key);
    }
  }
}
