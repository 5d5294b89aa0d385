package io.imagestore.examples.timings;

import io.imagestore.ImageStore;
import io.imagestore.OpenMode;
import java.nio.file.Path;

/** Opens stores. */
@FunctionalInterface
public interface StoreOpener {
  ImageStore open(String backend, Path path, OpenMode mode);
}
