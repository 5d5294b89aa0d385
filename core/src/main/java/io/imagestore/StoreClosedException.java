package io.imagestore;

import java.io.Serial;
import java.nio.file.Path;

/** The store was closed before or during the call. */
public final class StoreClosedException extends ImageStoreException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * Names the store.
   *
   * @param store the store's location
   */
  public StoreClosedException(Path store) {
    super("store " + store + " is closed");
  }
}
