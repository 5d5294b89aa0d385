package io.imagestore;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a store is repaired: damaged images are dropped, and what is left of their bytes is laid
 * aside for a person to look at. Immutable.
 */
public final class RepairPolicy {

  private static final RepairPolicy DROP_DAMAGED = new RepairPolicy(null);

  private final @Nullable Path folder;

  private RepairPolicy(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * Drops what is damaged and lays it aside beside the store: what belongs to {@code /data/train}
   * goes into the folder {@code /data/train.damaged}.
   *
   * @return the policy
   */
  public static RepairPolicy dropDamaged() {
    return DROP_DAMAGED;
  }

  /**
   * Lays aside elsewhere.
   *
   * @param other a folder, which is made when it is needed; not inside of the store
   * @return a policy like this one but for the folder
   */
  public RepairPolicy layingAsideIn(Path other) {
    return new RepairPolicy(Objects.requireNonNull(other, "other"));
  }

  /**
   * Where damaged bytes go.
   *
   * @return empty if beside the store
   */
  public Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }
}
