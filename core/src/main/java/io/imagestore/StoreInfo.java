package io.imagestore;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What a store tells of itself.
 *
 * @param backend the backend's name, such as {@code disk}
 * @param location where it lies
 * @param count how many images it holds
 * @param bytesOnDisk the length of its files together
 * @param labelNames the name of each label, label 0 first; empty where none were given
 * @param capabilities what it can do that not every store can
 */
public record StoreInfo(
    String backend,
    Path location,
    long count,
    long bytesOnDisk,
    List<String> labelNames,
    Set<Capability> capabilities) {

  /**
   * Copies the collections.
   *
   * @param backend the backend's name
   * @param location where it lies
   * @param count how many images it holds
   * @param bytesOnDisk the length of its files together
   * @param labelNames the name of each label
   * @param capabilities what it can do that not every store can
   */
  public StoreInfo {
    labelNames = List.copyOf(labelNames);
    capabilities = Set.copyOf(capabilities);
  }
}
