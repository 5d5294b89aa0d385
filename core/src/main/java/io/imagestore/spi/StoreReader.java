package io.imagestore.spi;

import io.imagestore.StoreInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * How a backend reads one open store. {@link Stores} makes an {@link io.imagestore.ImageSource} of
 * it, which checks arguments, counts calls in flight and closes this after the last one has ended.
 *
 * <p>Called by any number of threads at once, beside a {@link StoreWriter}; never after {@link
 * #close} has begun. An {@link IOException} becomes an {@link io.imagestore.ImageStoreException}
 * that names the store.
 */
public interface StoreReader {

  /**
   * Where the store lies, as named in messages. Writing is refused once another file or folder lies
   * there than when the store was opened.
   *
   * @return always the same
   */
  Path location();

  /**
   * The state of this moment.
   *
   * @return to be closed by the caller
   * @throws IOException if the file system fails
   */
  Snapshot snapshot() throws IOException;

  /**
   * What the store tells of itself.
   *
   * @return the state of this moment
   * @throws IOException if the file system fails
   */
  StoreInfo describe() throws IOException;

  /**
   * Looks at what isn't a single image: whether the structure adds up, whether files belong to
   * none. By default finds nothing.
   *
   * @param problem takes a sentence for each that is found
   * @throws IOException if the file system fails
   * @throws io.imagestore.CorruptStoreException if images are lost and nothing tells which
   */
  default void checkStructure(Consumer<String> problem) throws IOException {}

  /**
   * Makes sure that the ids that are found are all there are; what else may be wrong is of no
   * matter here. Called where a reading has left out what is damaged, and has come to its end. By
   * default looks at the whole structure.
   *
   * @throws IOException if the file system fails
   * @throws io.imagestore.CorruptStoreException if images are lost and nothing tells which
   */
  default void requireNoLostIds() throws IOException {
    checkStructure(problem -> {});
  }

  /**
   * Gives everything back. Called once.
   *
   * @throws IOException if the file system fails; everything is given back all the same
   */
  void close() throws IOException;
}
