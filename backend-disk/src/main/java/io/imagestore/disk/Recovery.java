package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.disk.TableReader.Contents;
import io.imagestore.disk.TableReader.Unflushed;
import io.imagestore.spi.Pool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the last state of a store that is whole. After the death of a process that is what the
 * table says. After the loss of power, files and metadata that weren't flushed may be short or
 * missing though the table names them: the commits from the first such image on are dropped.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Path store;
  private final Parts parts;

  Recovery(Path store, Parts parts) {
    this.store = store;
    this.parts = parts;
  }

  Contents readTable() throws IOException {
    TableVersion version = TableVersion.of(parts.folder);
    Contents contents = TableReader.read(parts.folder, parts.storeFiles);
    while (!contents.trusted()) {
      long damaged = lowestDamagedSequence(contents);
      if (damaged == Long.MAX_VALUE) {
        break;
      }
      if (!version.equals(TableVersion.of(parts.folder))) {
        // Another process writes, so no power was lost: what is gone it has replaced or deleted.
        return TableReader.read(parts.folder, parts.storeFiles);
      }
      Unflushed dropped = commitOf(damaged, contents);
      LOG.warn(
          "store {}: the power was lost before a flush, and file {} with it; dropping the commits from byte {} of {} on",
          store,
          damaged,
          dropped.start(),
          TableFormat.FILE);
      // An older image may come to light that an unflushed commit had replaced; so look again.
      contents = TableReader.readBefore(dropped, contents, parts.folder, parts.storeFiles);
    }
    return contents;
  }

  private long lowestDamagedSequence(Contents contents) throws IOException {
    Snapshot snapshot = contents.snapshot();
    long[] ids = snapshot.ids(0, Integer.MAX_VALUE);
    AtomicLong lowest = new AtomicLong(Long.MAX_VALUE);
    LongPredicate unflushed =
        sequence -> sequence >= contents.flushedSequence() && sequence < lowest.get();
    // Not the caller's limit: what is too large for this caller is not lost.
    try (Pool<Codec> codecs = new Pool<>(Codec::new, parts.workers.threads() + 1)) {
      ImageReader reader =
          new ImageReader(
              store, parts, codecs, new Index(Index.State.of(contents)), Long.MAX_VALUE, true);
      parts.workers.forEach(
          ids.length,
          1,
          i -> {
            Entry entry = snapshot.get(ids[i]);
            if (entry != null
                && unflushed.test(entry.sequence())
                && isDamaged(ids[i], entry, reader)) {
              lowest.accumulateAndGet(entry.sequence(), Math::min);
            }
          });
    }
    return lowest.get();
  }

  private static boolean isDamaged(long id, Entry entry, ImageReader reader) throws IOException {
    try {
      reader.check(id, entry);
      return false;
    } catch (CorruptImageException e) {
      LOG.debug("unflushed image {} is lost", id, e);
      return true;
    }
  }

  private static Unflushed commitOf(long sequence, Contents contents) {
    Unflushed found = contents.unflushed().get(0);
    for (Unflushed commit : contents.unflushed()) {
      if (commit.firstSequence() <= sequence) {
        found = commit;
      }
    }
    return found;
  }
}
