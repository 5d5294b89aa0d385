package io.imagestore.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Files that may hold images, one after the other. For one thread. */
interface FileList extends Closeable {

  /**
   * A file on the list.
   *
   * @param path where it lies
   * @param label its image's
   * @param metadata its image's
   * @param isNamed whether somebody says that it is an image, so that it may not be passed over
   */
  record Item(Path path, int label, String metadata, boolean isNamed) {}

  /** Is told what the list comes upon that can't be an image. */
  interface Report {
    void unreadable(Path path, String reason);

    void passedOver(Path path);
  }

  /**
   * The next file.
   *
   * @return null after the last
   * @throws IOException if there can be no next one
   */
  @Nullable Item next(Report report) throws IOException;
}
