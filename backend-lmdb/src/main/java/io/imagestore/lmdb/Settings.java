package io.imagestore.lmdb;

import io.imagestore.Durability;
import java.util.EnumSet;
import org.lmdbjava.EnvFlags;

/** How an environment is opened to write. */
record Settings(Durability durability, long mapBytes, long maxMapBytes, int maxReaders) {

  static Settings of(LmdbOptions options) {
    return new Settings(
        options.durability().orElse(Durability.COMMIT),
        options.mapSizeBytes(),
        options.maxMapSizeBytes(),
        options.maxReaders());
  }

  /**
   * LMDB's flags.
   *
   * <p>MDB_NOTLS binds read transactions to their objects instead of to threads: one thread has
   * many, which hold snapshots for others.
   *
   * <p>FLUSH is MDB_NOMETASYNC: a commit syncs its pages, then writes its meta page without a sync.
   * That meta page reaches the device with the next commit's pages at the latest. LMDB takes no
   * page that the commit before still uses until then, so the loss of power undoes the last commit
   * at most, whole. MDB_NOSYNC would be faster, but could bring a meta page to the device before
   * the pages it points to.
   */
  EnvFlags[] flags() {
    EnumSet<EnvFlags> flags = EnumSet.of(EnvFlags.MDB_NOTLS);
    if (durability == Durability.FLUSH) {
      flags.add(EnvFlags.MDB_NOMETASYNC);
    }
    return flags.toArray(EnvFlags[]::new);
  }
}
