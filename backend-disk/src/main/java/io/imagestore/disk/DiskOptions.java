package io.imagestore.disk;

import io.imagestore.StoreOptions;

/**
 * How a {@link DiskImageStore} is opened.
 *
 * <p>Immutable.
 */
public final class DiskOptions extends StoreOptions {
  /** The default of {@link #maxPixels}: 2^28, as many as 16384 × 16384. */
  public static final long DEFAULT_MAX_PIXELS = 1L << 28;

  private static final int MAX_THREADS = 1024;

  private final int threads;
  private final long maxPixels;

  private DiskOptions(Builder builder) {
    super(builder);
    threads = builder.threads;
    maxPixels = builder.maxPixels;
  }

  /**
   * Read-write, created where missing, checksums verified, durable at {@code flush} and {@code
   * close}, a thread for each processor.
   *
   * @return the options that need no thought
   */
  public static DiskOptions defaults() {
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
   * What general options say, with the defaults of this backend for the rest.
   *
   * @param options any; if they are of this class already, they are returned as they are
   * @return options of this class
   */
  static DiskOptions from(StoreOptions options) {
    if (options instanceof DiskOptions own) {
      return own;
    }
    Builder builder = builder().mode(options.mode()).verifyChecksums(options.verifyChecksums());
    options.durability().ifPresent(builder::durability);
    options.labelNames().ifPresent(builder::labelNames);
    return builder.build();
  }

  /**
   * How many threads encode and decode batches, beside the calling one.
   *
   * @return by default as many as there are processors
   */
  public int threads() {
    return threads;
  }

  /**
   * The largest raw image that is read or written. A file that claims more is refused before memory
   * is taken for it. Encoded images are kept whatever they claim; what is decoded of them is
   * bounded by {@link io.imagestore.codec.Codecs#MAX_PIXELS}.
   *
   * @return width × height; by default {@link #DEFAULT_MAX_PIXELS}
   */
  public long maxPixels() {
    return maxPixels;
  }

  /** Builds {@link DiskOptions}. For one thread. */
  public static final class Builder extends StoreOptions.Builder<Builder> {
    private int threads = Runtime.getRuntime().availableProcessors();
    private long maxPixels = DEFAULT_MAX_PIXELS;

    private Builder() {}

    /**
     * Sets how many threads encode and decode batches, beside the calling one.
     *
     * @param threads 1 to 1024; by default as many as there are processors
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder threads(int threads) {
      if (threads < 1 || threads > MAX_THREADS) {
        throw new IllegalArgumentException(
            "threads must be 1 to " + MAX_THREADS + ", but is " + threads);
      }
      this.threads = threads;
      return this;
    }

    /**
     * Sets the largest raw image that is read or written.
     *
     * @param maxPixels width × height, from 1 to the default, {@link #DEFAULT_MAX_PIXELS}, which is
     *     what codecs decode at most
     * @return this
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder maxPixels(long maxPixels) {
      if (maxPixels < 1 || maxPixels > DEFAULT_MAX_PIXELS) {
        throw new IllegalArgumentException(
            "maxPixels must be 1 to " + DEFAULT_MAX_PIXELS + ", but is " + maxPixels);
      }
      this.maxPixels = maxPixels;
      return this;
    }

    @Override
    public DiskOptions build() {
      return new DiskOptions(this);
    }
  }
}
