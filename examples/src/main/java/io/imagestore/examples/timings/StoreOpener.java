package io.imagestore.examples.timings;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import java.nio.file.Path;

/** Opens stores. */
public interface StoreOpener {

  /** Opens a store to write; made where there is none. */
  ImageStore openToWrite(String backend, Path path);

  /** Opens a store that is there to read. */
  ImageSource openToRead(Path path);
}
