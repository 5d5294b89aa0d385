package io.imagestore;

import java.io.Serial;
import java.nio.file.Path;

/** The store holds no image of the id asked for. */
public final class ImageNotFoundException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /** The image's id. */
  private final long id;

  /**
   * Names store and id.
   *
   * @param store the store's location
   * @param id the id asked for
   */
  public ImageNotFoundException(Path store, long id) {
    super("store " + store + " holds no image " + id);
    this.id = id;
  }

  /**
   * The id asked for.
   *
   * @return the id
   */
  public long id() {
    return id;
  }
}
