package io.imagestore.spi;

import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import java.nio.file.Path;

/**
 * A backend, as {@link java.util.ServiceLoader} finds it: a public class with a public constructor
 * without parameters, named in {@code META-INF/services/io.imagestore.spi.ImageStoreProvider}.
 * Loading it must be cheap, and must not fail where a native library is missing; opening may.
 */
public interface ImageStoreProvider {

  /**
   * The backend's name, such as {@code disk}.
   *
   * @return short, in lower case, always the same
   */
  String backend();

  /**
   * Whether what lies at a path is a store that this backend can open, be it read-only. Looks at
   * names and first bytes, and writes nothing.
   *
   * @param path any path, existing or not
   * @return false where it can't be told
   */
  boolean recognises(Path path);

  /**
   * Opens a store.
   *
   * @param path where it lies or shall lie
   * @param options general ones, or the backend's own
   * @return the open store
   * @throws io.imagestore.ImageStoreException as {@link io.imagestore.ImageStores#open(String,
   *     Path, StoreOptions)} tells
   */
  ImageStore open(Path path, StoreOptions options);
}
