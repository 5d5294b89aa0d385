package io.imagestore.lmdb;

import io.imagestore.StoreOptions;
import java.util.Locale;

/**
 * How an LMDB store is opened. The defaults need no thought.
 *
 * <p>Immutable.
 */
public final class LmdbOptions extends StoreOptions {

  private static final long UNSET = 0;
  private static final long SMALLEST_MAP = 1L << 16;
  // On Windows LMDB makes the file as large as the map; elsewhere a map costs address space alone.
  private static final long DEFAULT_MAP =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows")
          ? 1L << 30
          : 1L << 40;
  private static final int DEFAULT_MAX_READERS = 1024;

  private final boolean defaultMap;
  private final long mapSizeBytes;
  private final long maxMapSizeBytes;
  private final int maxReaders;

  private LmdbOptions(Builder builder) {
    super(builder);
    maxMapSizeBytes = builder.maxMapSizeBytes;
    defaultMap = builder.mapSizeBytes == UNSET;
    mapSizeBytes = defaultMap ? Math.min(DEFAULT_MAP, maxMapSizeBytes) : builder.mapSizeBytes;
    maxReaders = builder.maxReaders;
    if (mapSizeBytes > maxMapSizeBytes) {
      throw new IllegalArgumentException(
          "mapSizeBytes is " + mapSizeBytes + ", more than maxMapSizeBytes, " + maxMapSizeBytes);
    }
  }

  /**
   * Read-write, created where missing, checksums verified, durable at each commit, a map that need
   * not grow.
   *
   * @return the options that need no thought
   */
  public static LmdbOptions defaults() {
    return builder().build();
  }

  /**
   * A builder that starts at the defaults.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The options as they are if they are LMDB's own; otherwise what is general of them, and LMDB's
   * defaults.
   */
  static LmdbOptions from(StoreOptions options) {
    if (options instanceof LmdbOptions own) {
      return own;
    }
    Builder builder = builder().mode(options.mode()).verifyChecksums(options.verifyChecksums());
    options.durability().ifPresent(builder::durability);
    options.labelNames().ifPresent(builder::labelNames);
    return builder.build();
  }

  /**
   * The address space that is taken for the file at first.
   *
   * @return bytes
   */
  public long mapSizeBytes() {
    return mapSizeBytes;
  }

  /**
   * How far the map may grow, and with it the file.
   *
   * @return bytes
   */
  public long maxMapSizeBytes() {
    return maxMapSizeBytes;
  }

  /**
   * How many slots LMDB's lock file has for readers.
   *
   * @return at least 2
   */
  public int maxReaders() {
    return maxReaders;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if one of those, or of this class's own is set
   */
  @Override
  public void requireForReading() {
    super.requireForReading();
    requireUnset(defaultMap, "mapSizeBytes", mapSizeBytes);
    requireUnset(maxMapSizeBytes == Long.MAX_VALUE, "maxMapSizeBytes", maxMapSizeBytes);
    requireUnset(maxReaders == DEFAULT_MAX_READERS, "maxReaders", maxReaders);
  }

  /** Builds {@link LmdbOptions}. For one thread. */
  public static final class Builder extends StoreOptions.Builder<Builder> {
    private long mapSizeBytes = UNSET;
    private long maxMapSizeBytes = Long.MAX_VALUE;
    private int maxReaders = DEFAULT_MAX_READERS;

    private Builder() {}

    /**
     * Sets the address space that is taken for the file at first. The file takes only the room its
     * images need, save on Windows, where it is as large as the map. The map grows when it is full;
     * where the system refuses the size, a smaller one is taken.
     *
     * @param mapSizeBytes at least 65,536; by default 1 TiB, on Windows 1 GiB
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder mapSizeBytes(long mapSizeBytes) {
      this.mapSizeBytes = atLeast(SMALLEST_MAP, mapSizeBytes, "mapSizeBytes");
      return this;
    }

    /**
     * Sets how far the map, and with it the file, may grow. A write that needs more is a {@link
     * io.imagestore.StoreFullException}, and stores nothing.
     *
     * @param maxMapSizeBytes at least 65,536, and no less than {@link #mapSizeBytes(long)} where
     *     that is set; by default without limit
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder maxMapSizeBytes(long maxMapSizeBytes) {
      this.maxMapSizeBytes = atLeast(SMALLEST_MAP, maxMapSizeBytes, "maxMapSizeBytes");
      return this;
    }

    /**
     * Sets how many slots LMDB's lock file has, for readers of all processes together. A process
     * that writes takes two, and one more for each older state that is still being read; where none
     * is left, such a read runs again. Other programs take one for each read. The first process to
     * write decides for all.
     *
     * @param maxReaders at least 2; by default 1024
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder maxReaders(int maxReaders) {
      this.maxReaders = (int) atLeast(2, maxReaders, "maxReaders");
      return this;
    }

    @Override
    public LmdbOptions build() {
      return new LmdbOptions(this);
    }

    private static long atLeast(long least, long value, String name) {
      if (value < least) {
        throw new IllegalArgumentException(
            name + " must be at least " + least + ", but is " + value);
      }
      return value;
    }
  }
}
