package io.imagestore.examples.timings;

import io.imagestore.ImageStore;
import java.nio.file.Path;

/** Opens a store for reading and writing, and creates it where there is none. */
@FunctionalInterface
public interface StoreOpener {
  ImageStore open(String backend, Path path);
}
