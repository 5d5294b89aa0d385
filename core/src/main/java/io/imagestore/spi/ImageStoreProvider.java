package io.imagestore.spi;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.StoreOptions;
import java.nio.file.Path;

/**
 * A backend, found on the class path by {@link java.util.ServiceLoader}. Have a public constructor
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
   * The backend's own options. Others than these and the general ones are refused before they reach
   * it.
   *
   * @return by default the general ones alone
   */
  default Class<? extends StoreOptions> optionsType() {
    return StoreOptions.class;
  }

  /**
   * Whether what lies at a path is a store that this backend can open, be it only to read. Looks at
   * names and first bytes, and writes nothing.
   *
   * @param path any path, existing or not
   * @return false where it can't be told
   */
  boolean recognizes(Path path);

  /**
   * Opens what lies at a path to read. Takes no lock and changes no file.
   *
   * @param path where the store lies
   * @param options general ones, or the backend's own, none of which is about writing
   * @return the open source
   * @throws io.imagestore.ImageStoreException as {@link io.imagestore.ImageStores#open(Path)} tells
   */
  ImageSource openReadOnly(Path path, StoreOptions options);

  /**
   * Opens a store to read and write.
   *
   * @param path where it lies or shall lie
   * @param options general ones, or the backend's own
   * @return the open store
   * @throws io.imagestore.ImageStoreException as {@link io.imagestore.ImageStores#open(String,
   *     Path, StoreOptions)} tells
   */
  ImageStore open(Path path, StoreOptions options);

  /**
   * Opens a store that reaches its files in another way: for tests, as with the testkit's disk that
   * fails on demand. By default refuses, as a backend must whose files are written by a native
   * library.
   *
   * @param path where it lies or shall lie
   * @param options general ones, or the backend's own
   * @param files all files but the writer's lock are changed through these
   * @return the open store
   * @throws UnsupportedOperationException if the backend doesn't reach files through {@link
   *     StoreFiles}
   * @throws io.imagestore.ImageStoreException as {@link #open(Path, StoreOptions)} tells
   */
  default ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    throw new UnsupportedOperationException(
        "the backend '" + backend() + "' reaches its files by itself, not through StoreFiles");
  }
}
