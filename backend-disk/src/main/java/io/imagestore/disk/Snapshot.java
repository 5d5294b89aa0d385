package io.imagestore.disk;

import io.imagestore.spi.PersistentLongMap;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A state of the store, immutable.
 *
 * @param entries the images by id
 * @param fileBytes the length of their files together
 * @param metadataBytes the length of the lines of their metadata together, or a little more
 */
record Snapshot(PersistentLongMap<Entry> entries, long fileBytes, long metadataBytes) {
  static final Snapshot EMPTY = new Snapshot(PersistentLongMap.empty(), 0, 0);

  Snapshot with(long id, Entry entry) {
    return replaced(entries.with(id, entry), get(id), entry);
  }

  Snapshot without(long id) {
    return replaced(entries.without(id), get(id), null);
  }

  private Snapshot replaced(
      PersistentLongMap<Entry> changed, @Nullable Entry before, @Nullable Entry now) {
    long files = fileBytes;
    long metadata = metadataBytes;
    if (before != null) {
      files -= before.fileBytes();
      metadata -= before.metadata().lineBytes();
    }
    if (now != null) {
      files += now.fileBytes();
      metadata += now.metadata().lineBytes();
    }
    return new Snapshot(changed, files, metadata);
  }

  @Nullable Entry get(long id) {
    return entries.get(id);
  }

  /** Whether a file is an image's own. */
  boolean names(FileNames.Name file) {
    Entry entry = get(file.id());
    return entry != null && entry.name(file.id()).equals(file);
  }

  /**
   * What the names of image files end in. What ends otherwise may be someone's notes on an image,
   * such as {@code 7.txt}, and is none of ours.
   */
  Set<String> extensions() {
    Set<String> extensions =
        new HashSet<>(Set.of(FileNames.extension(null), FileNames.extension("jpeg")));
    entries.forEachFrom(
        0,
        (id, entry) -> {
          extensions.add(FileNames.extension(entry.format()));
          return true;
        });
    return extensions;
  }

  long[] ids(long firstId, int count) {
    return entries.idsFrom(firstId, count);
  }
}
