package io.imagestore.hdf5;

import io.imagestore.Durability;
import io.imagestore.StoreOptions;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How an HDF5 store is opened. The options of the layout count for a file that is made; a file that
 * is there keeps its own.
 *
 * <p>Immutable.
 */
public final class Hdf5Options extends StoreOptions {

  /** How images lie in the file. */
  public enum Layout {
    /** As the first image wants it: mixed if it is encoded, uniform if it is raw. */
    AUTO,
    /** Raw images of one shape, in a dataset of four dimensions. */
    UNIFORM,
    /** Images of any shapes, raw or encoded, one behind the other in a dataset of bytes. */
    MIXED
  }

  private final Layout layout;
  private final OptionalInt chunkRows;
  private final OptionalInt chunkBytes;
  private final int deflateLevel;
  private final boolean shuffle;
  private final long chunkCacheBytes;
  private final Optional<String> imagesDataset;
  private final Optional<String> labelsDataset;

  private Hdf5Options(Builder builder) {
    super(builder);
    this.layout = builder.layout;
    this.chunkRows = builder.chunkRows;
    this.chunkBytes = builder.chunkBytes;
    this.deflateLevel = builder.deflateLevel;
    this.shuffle = builder.shuffle;
    this.chunkCacheBytes = builder.chunkCacheBytes;
    this.imagesDataset = builder.imagesDataset;
    this.labelsDataset = builder.labelsDataset;
  }

  /**
   * The options that need no thought.
   *
   * @return the defaults
   */
  public static Hdf5Options defaults() {
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

  /** These options, be they general ones, as HDF5's. */
  static Hdf5Options from(StoreOptions options) {
    if (options instanceof Hdf5Options own) {
      return own;
    }
    Builder builder = builder().mode(options.mode()).verifyChecksums(options.verifyChecksums());
    options.durability().ifPresent(builder::durability);
    options.labelNames().ifPresent(builder::labelNames);
    return builder.build();
  }

  @Override
  public void requireForReading() {
    super.requireForReading();
    requireUnset(layout == Layout.AUTO, "layout", layout);
    requireUnset(chunkRows.isEmpty(), "chunkRows", chunkRows);
    requireUnset(chunkBytes.isEmpty(), "chunkBytes", chunkBytes);
    requireUnset(deflateLevel == 0, "deflateLevel", deflateLevel);
    requireUnset(!shuffle, "shuffle", shuffle);
  }

  boolean durableCommits() {
    return durability().orElse(Durability.FLUSH) == Durability.COMMIT;
  }

  /**
   * How images lie in a file that has none yet.
   *
   * @return by default AUTO
   */
  public Layout layout() {
    return layout;
  }

  /**
   * Images a chunk; in the mixed layout, of what is told of them.
   *
   * @return empty, the default, for as many as take about 1 MiB, or 512 in the mixed layout
   */
  public OptionalInt chunkRows() {
    return chunkRows;
  }

  /**
   * Bytes a chunk of encoded or mixed images.
   *
   * @return empty, the default, for 1 MiB
   */
  public OptionalInt chunkBytes() {
    return chunkBytes;
  }

  /**
   * How hard chunks are compressed. In the mixed layout, nothing is.
   *
   * @return 0, the default, for not at all, to 9
   */
  public int deflateLevel() {
    return deflateLevel;
  }

  /**
   * Whether the bytes of numbers and of samples are shuffled before compression. Samples of single
   * bytes are left as they are: shuffling changes nothing there.
   *
   * @return by default false
   */
  public boolean shuffle() {
    return shuffle;
  }

  /**
   * The most that decompressed chunks may take in memory. In a file of another making whose chunks
   * hold pieces of images, each image is read fast only if all chunks that it is in fit.
   *
   * @return by default 16 MiB
   */
  public long chunkCacheBytes() {
    return chunkCacheBytes;
  }

  /**
   * The name of the dataset that holds the pixels of a file of another making.
   *
   * @return empty, the default, for {@code images} or {@code image}
   */
  public Optional<String> imagesDataset() {
    return imagesDataset;
  }

  /**
   * The name of the dataset that holds the labels of a file of another making.
   *
   * @return empty, the default, for {@code labels}, {@code label} or {@code meta}
   */
  public Optional<String> labelsDataset() {
    return labelsDataset;
  }

  /** Builds {@link Hdf5Options}. For one thread. */
  public static final class Builder extends StoreOptions.Builder<Builder> {
    private Layout layout = Layout.AUTO;
    private OptionalInt chunkRows = OptionalInt.empty();
    private OptionalInt chunkBytes = OptionalInt.empty();
    private int deflateLevel;
    private boolean shuffle;
    private long chunkCacheBytes = 16L << 20;
    private Optional<String> imagesDataset = Optional.empty();
    private Optional<String> labelsDataset = Optional.empty();

    private Builder() {}

    /**
     * Sets how images lie in a file that has none yet.
     *
     * @param layout by default AUTO
     * @return this
     */
    public Builder layout(Layout layout) {
      this.layout = Objects.requireNonNull(layout, "layout");
      return this;
    }

    /**
     * Sets how many bytes make a chunk of encoded or mixed images. An image that lies in more than
     * one chunk is stored and read in as many pieces.
     *
     * @param chunkBytes 512 bytes to 1 GiB
     * @return this
     * @throws IllegalArgumentException if it is out of this range
     */
    public Builder chunkBytes(int chunkBytes) {
      if (chunkBytes < 512 || chunkBytes > 1 << 30) {
        throw new IllegalArgumentException(
            "chunkBytes must be 512 to 1073741824, but is " + chunkBytes);
      }
      this.chunkBytes = OptionalInt.of(chunkBytes);
      return this;
    }

    /**
     * Sets how many images make a chunk.
     *
     * @param chunkRows at least 1; a chunk must be smaller than 2 GiB
     * @return this
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder chunkRows(int chunkRows) {
      if (chunkRows < 1) {
        throw new IllegalArgumentException("chunkRows must be at least 1, but is " + chunkRows);
      }
      this.chunkRows = OptionalInt.of(chunkRows);
      return this;
    }

    /**
     * Sets how hard chunks are compressed.
     *
     * @param deflateLevel 0 for not at all, to 9
     * @return this
     * @throws IllegalArgumentException if it is out of this range
     */
    public Builder deflateLevel(int deflateLevel) {
      if (deflateLevel < 0 || deflateLevel > 9) {
        throw new IllegalArgumentException("deflateLevel must be 0 to 9, but is " + deflateLevel);
      }
      this.deflateLevel = deflateLevel;
      return this;
    }

    /**
     * Sets whether bytes are shuffled before compression.
     *
     * @param shuffle by default false
     * @return this
     */
    public Builder shuffle(boolean shuffle) {
      this.shuffle = shuffle;
      return this;
    }

    /**
     * Sets the most that decompressed chunks may take in memory.
     *
     * @param chunkCacheBytes 0 or more
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder chunkCacheBytes(long chunkCacheBytes) {
      if (chunkCacheBytes < 0) {
        throw new IllegalArgumentException(
            "chunkCacheBytes must be 0 or more, but is " + chunkCacheBytes);
      }
      this.chunkCacheBytes = chunkCacheBytes;
      return this;
    }

    /**
     * Sets the name of the dataset that holds the pixels of a file of another making.
     *
     * @param imagesDataset its path in the file
     * @return this
     */
    public Builder imagesDataset(String imagesDataset) {
      this.imagesDataset = Optional.of(Objects.requireNonNull(imagesDataset, "imagesDataset"));
      return this;
    }

    /**
     * Sets the name of the dataset that holds the labels of a file of another making.
     *
     * @param labelsDataset its path in the file
     * @return this
     */
    public Builder labelsDataset(String labelsDataset) {
      this.labelsDataset = Optional.of(Objects.requireNonNull(labelsDataset, "labelsDataset"));
      return this;
    }

    @Override
    public Hdf5Options build() {
      return new Hdf5Options(this);
    }
  }
}
