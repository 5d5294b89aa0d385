package io.imagestore.disk;

import io.imagestore.internal.PersistentLongMap;
import org.jspecify.annotations.Nullable;

/**
 * A state of the store, immutable.
 *
 * @param entries the images by id
 * @param fileBytes the length of their files together
 */
record Snapshot(PersistentLongMap<Entry> entries, long fileBytes) {
  static final Snapshot EMPTY = new Snapshot(PersistentLongMap.empty(), 0);

  Snapshot with(long id, Entry entry) {
    return new Snapshot(entries.with(id, entry), fileBytes - fileBytesOf(id) + entry.fileBytes());
  }

  Snapshot without(long id) {
    return new Snapshot(entries.without(id), fileBytes - fileBytesOf(id));
  }

  @Nullable Entry get(long id) {
    return entries.get(id);
  }

  /** Whether a file is an image's own. */
  boolean names(FileNames.Name file) {
    Entry entry = get(file.id());
    return entry != null && entry.sequence() == file.sequence();
  }

  long[] ids(long firstId, int count) {
    return entries.idsFrom(firstId, count);
  }

  private long fileBytesOf(long id) {
    Entry entry = entries.get(id);
    return entry == null ? 0 : entry.fileBytes();
  }
}
