package io.imagestore.lmdb;

import io.imagestore.Durability;
import io.imagestore.OpenMode;
import java.util.EnumSet;
import org.lmdbjava.EnvFlags;

/**
 * How an environment is opened.
 *
 * @param locked whether readers register in LMDB's lock file
 */
record Settings(
    boolean writable,
    Durability durability,
    boolean locked,
    long mapBytes,
    long maxMapBytes,
    int maxReaders) {

  static Settings of(LmdbOptions options) {
    return new Settings(
        options.mode() != OpenMode.READ_ONLY,
        options.durability().orElse(Durability.COMMIT),
        true,
        options.mapSizeBytes(),
        options.maxMapSizeBytes(),
        options.maxReaders());
  }

  Settings unlocked() {
    return new Settings(writable, durability, false, mapBytes, maxMapBytes, maxReaders);
  }

  /**
   * LMDB's flags.
   *
   * <p>MDB_NOTLS binds read transactions to their objects instead of to threads, as virtual threads
   * need.
   *
   * <p>FLUSH is MDB_NOMETASYNC: a commit syncs its pages, then writes its meta page without a sync.
   * That meta page reaches the device with the next commit's pages at the latest. LMDB takes no
   * page that the commit before still uses until then, so the loss of power undoes the last commit
   * at most, whole. MDB_NOSYNC would be faster, but could bring a meta page to the device before
   * the pages it points to.
   */
  EnvFlags[] flags() {
    EnumSet<EnvFlags> flags = EnumSet.of(EnvFlags.MDB_NOTLS);
    if (!writable) {
      flags.add(EnvFlags.MDB_RDONLY_ENV);
    } else if (durability == Durability.FLUSH) {
      flags.add(EnvFlags.MDB_NOMETASYNC);
    }
    if (!locked) {
      flags.add(EnvFlags.MDB_NOLOCK);
    }
    return flags.toArray(EnvFlags[]::new);
  }
}
