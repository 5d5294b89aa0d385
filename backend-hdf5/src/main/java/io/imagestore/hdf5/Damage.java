package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rows whose record isn't what was stored when the ids were read. One of them may be that of any id
 * which no other row has, so such an id can't be called absent. Immutable.
 *
 * @param ids the ids of those that can be told apart by them
 * @param lost the others: without an id, or with that of another row
 */
record Damage(Set<Long> ids, LostRows lost) {

  static final Damage NONE = new Damage(Set.of(), LostRows.NONE);

  private static final int MOST_SHOWN = 10;

  Damage {
    ids = Set.copyOf(ids);
  }

  /** The rest, when an image was replaced or deleted. */
  Damage without(long id) {
    if (!ids.contains(id)) {
      return this;
    }
    Set<Long> rest = new HashSet<>(ids);
    rest.remove(id);
    return new Damage(rest, lost);
  }

  /** The rest, when a row was dropped. */
  Damage withoutRow(int row) {
    return new Damage(ids, lost.without(row));
  }

  /** The same, with the last lost row in another place. */
  Damage withLastRowMoved(int to) {
    return new Damage(ids, lost.withLastMoved(to));
  }

  /** The same, when the table has no ids in the lost rows any more. */
  Damage withLostMarked() {
    return new Damage(ids, lost.marked());
  }

  /** Refuses to call an id absent. */
  void requireNone(long id, Path store) {
    if (!ids.isEmpty() || !lost.isEmpty()) {
      throw new CorruptStoreException(
          "whether image "
              + id
              + " is in store "
              + store
              + " can't be told, for it may be one of those whose ids are damaged: "
              + shown()
              + "; repair the store, or restore it from a copy");
    }
  }

  /** Refuses to list ids that may be others than those that were stored. */
  void requireNoneAmong(long[] listed, Path store) {
    requireNoneLostToReaders(store);
    if (!ids.isEmpty()) {
      for (long id : listed) {
        if (ids.contains(id)) {
          throw new CorruptImageException(
              store, id, "its id, or its record, isn't what was stored");
        }
      }
    }
  }

  /** Refuses to store images where rows are lost, for one of them may be the image's. */
  void requireNoneLostToWriters(Path store) {
    if (!lost.isEmpty()) {
      throw new CorruptStoreException(
          "store "
              + store
              + " has damaged ids: "
              + shown()
              + "; before anything is stored, repair it, which lays them aside, or restore it from"
              + " a copy");
    }
  }

  /** Refuses to go on as if all ids were known. */
  void requireNoneLostToReaders(Path store) {
    if (!lost.isEmpty()) {
      throw new CorruptStoreException(
          "the ids of store "
              + store
              + " can't be told, for some are damaged: "
              + shown()
              + "; repair the store, or restore it from a copy");
    }
  }

  private String shown() {
    String images = ids.isEmpty() ? "" : "images " + some(ids.stream().sorted(), ids.size());
    String rows = lost.isEmpty() ? "" : "rows " + some(lost.stream().boxed(), lost.size());
    return images + (images.isEmpty() || rows.isEmpty() ? "" : ", ") + rows;
  }

  private static String some(Stream<?> all, int size) {
    return all.limit(MOST_SHOWN).map(String::valueOf).collect(Collectors.joining(", "))
        + (size > MOST_SHOWN ? " and " + (size - MOST_SHOWN) + " more" : "");
  }
}
