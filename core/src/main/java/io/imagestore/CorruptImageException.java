package io.imagestore;

import java.io.Serial;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A stored image is damaged. The store's other images stay readable. */
public final class CorruptImageException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /** The image's id. */
  private final long id;

  /**
   * Names store, id and damage.
   *
   * @param store the store's location
   * @param id the damaged image
   * @param problem what is wrong with it, as the end of a sentence
   */
  public CorruptImageException(Path store, long id, String problem) {
    this(store, id, problem, null);
  }

  /**
   * Names store, id and damage, and keeps the cause.
   *
   * @param store the store's location
   * @param id the damaged image
   * @param problem what is wrong with it, as the end of a sentence
   * @param cause what showed it, or null
   */
  public CorruptImageException(Path store, long id, String problem, @Nullable Throwable cause) {
    super("image " + id + " in store " + store + " is damaged: " + problem, cause);
    this.id = id;
  }

  /**
   * The damaged image.
   *
   * @return its id
   */
  public long id() {
    return id;
  }
}
