package io.imagestore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How a store is opened: what every backend understands. A backend's own options extend this class,
 * so that either kind can be handed to {@link ImageStores#open(String, java.nio.file.Path,
 * StoreOptions)}.
 *
 * <p>Immutable.
 */
public class StoreOptions {

  private final OpenMode mode;
  private final Optional<Durability> durability;
  private final Optional<List<String>> labelNames;
  private final boolean verifyChecksums;

  /**
   * Takes over what a builder holds.
   *
   * @param builder the builder
   */
  protected StoreOptions(Builder<?> builder) {
    this.mode = builder.mode;
    this.durability = builder.durability;
    this.labelNames = builder.labelNames;
    this.verifyChecksums = builder.verifyChecksums;
  }

  /**
   * Read-write, created where missing, checksums verified, the backend's own durability.
   *
   * @return the options that need no thought
   */
  public static StoreOptions defaults() {
    return builder().build();
  }

  /**
   * A builder that starts at the defaults.
   *
   * @return the builder
   */
  public static Builder<?> builder() {
    return new Plain();
  }

  /**
   * What opening may do.
   *
   * @return by default {@link OpenMode#READ_WRITE}
   */
  public final OpenMode mode() {
    return mode;
  }

  /**
   * When writes survive the loss of power.
   *
   * @return empty, the default, for what the backend's documentation says
   */
  public final Optional<Durability> durability() {
    return durability;
  }

  /**
   * The label names to keep in the store.
   *
   * @return empty, the default, to leave them as they are
   */
  public final Optional<List<String>> labelNames() {
    return labelNames;
  }

  /**
   * Whether each read checks the image's checksum.
   *
   * @return by default true
   */
  public final boolean verifyChecksums() {
    return verifyChecksums;
  }

  /**
   * Refuses options that are about writing, when a store is opened only to read. A backend's own
   * options add theirs.
   *
   * @throws IllegalArgumentException if mode, durability or label names are set; the message names
   *     which
   */
  public void requireForReading() {
    requireUnset(mode == OpenMode.READ_WRITE, "mode", mode);
    requireUnset(durability.isEmpty(), "durability", durability);
    requireUnset(labelNames.isEmpty(), "labelNames", labelNames);
  }

  /**
   * Refuses an option that is about writing.
   *
   * @param unset whether it has its default
   * @param name the option's name
   * @param value its value
   * @throws IllegalArgumentException if it is set
   */
  protected static void requireUnset(boolean unset, String name, Object value) {
    if (!unset) {
      throw new IllegalArgumentException(
          "the option "
              + name
              + " = "
              + value
              + " is about writing, but the store is opened to read; leave it out");
    }
  }

  private static final class Plain extends Builder<Plain> {
    @Override
    public StoreOptions build() {
      return new StoreOptions(this);
    }
  }

  /**
   * Builds {@link StoreOptions}. For one thread.
   *
   * @param <B> the builder's own type, so that calls can be chained
   */
  public abstract static class Builder<B extends Builder<B>> {
    private OpenMode mode = OpenMode.READ_WRITE;
    private Optional<Durability> durability = Optional.empty();
    private Optional<List<String>> labelNames = Optional.empty();
    private boolean verifyChecksums = true;

    /** Starts at the defaults. */
    protected Builder() {}

    /**
     * Sets what opening may do.
     *
     * @param mode by default {@link OpenMode#READ_WRITE}
     * @return this
     */
    public B mode(OpenMode mode) {
      this.mode = Objects.requireNonNull(mode, "mode");
      return self();
    }

    /**
     * Sets when writes survive the loss of power.
     *
     * @param durability by default what the backend's documentation says
     * @return this
     */
    public B durability(Durability durability) {
      this.durability = Optional.of(durability);
      return self();
    }

    /**
     * Sets the label names to keep in the store, replacing those it has.
     *
     * @param labelNames the name of label 0, of label 1, and so on
     * @return this
     * @throws IllegalArgumentException if a name is blank, or has half a surrogate pair
     */
    public B labelNames(List<String> labelNames) {
      for (String name : labelNames) {
        if (name.isBlank()) {
          throw new IllegalArgumentException("a label name is blank in " + labelNames);
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
          throw new IllegalArgumentException(
              "a label name has half a surrogate pair, which UTF-8 can't hold: " + name);
        }
      }
      this.labelNames = Optional.of(List.copyOf(labelNames));
      return self();
    }

    /**
     * Sets whether each read checks the image's checksum. Without, a damaged image may be returned
     * as it lies there; {@link ImageSource#verify()} checks in any case.
     *
     * @param verifyChecksums by default true
     * @return this
     */
    public B verifyChecksums(boolean verifyChecksums) {
      this.verifyChecksums = verifyChecksums;
      return self();
    }

    /**
     * The options.
     *
     * @return what has been set, all else at its default
     */
    public abstract StoreOptions build();

    @SuppressWarnings("unchecked") // B is the builder's own type by declaration
    private B self() {
      return (B) this;
    }
  }
}
