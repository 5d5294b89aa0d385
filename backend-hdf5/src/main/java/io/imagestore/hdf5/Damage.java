package io.imagestore.hdf5;

import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows whose record isn't what was stored when the ids were read. One of them may be that of any id
 * which no other row has, so such an id can't be called absent. Immutable.
 *
 * @param ids the ids of those that can be told apart by them
 * @param lost the others: without an id, or with that of another row
 */
record Damage(Set<Long> ids, Set<Integer> lost) {

  static final Damage NONE = new Damage(Set.of(), Set.of());

  private static final int MOST_SHOWN = 10;

  Damage {
    ids = Set.copyOf(ids);
    lost = Set.copyOf(lost);
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
    Set<Integer> rest = new HashSet<>(lost);
    rest.remove(row);
    return new Damage(ids, rest);
  }

  /** The same, with a lost row in another place. */
  Damage withRowMoved(int from, int to) {
    Set<Integer> moved = new HashSet<>(lost);
    moved.remove(from);
    moved.add(to);
    return new Damage(ids, moved);
  }

  /** The lost rows, the last one first. */
  List<Integer> lostFromTheEnd() {
    return lost.stream().sorted(Comparator.reverseOrder()).toList();
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
    String images = ids.isEmpty() ? "" : "images " + some(ids);
    String rows = lost.isEmpty() ? "" : "rows " + some(lost);
    return images + (images.isEmpty() || rows.isEmpty() ? "" : ", ") + rows;
  }

  private static String some(Collection<? extends Comparable<?>> all) {
    return all.stream()
            .sorted()
            .limit(MOST_SHOWN)
            .map(String::valueOf)
            .collect(Collectors.joining(", "))
        + (all.size() > MOST_SHOWN ? " and " + (all.size() - MOST_SHOWN) + " more" : "");
  }
}
