package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.ImageShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One state of a store, as some commit made it, held for the length of a call. Used by one thread,
 * and closed by it.
 *
 * <p>A backend that can't hold a state against a writer throws {@link StaleSnapshotException} from
 * any method when it finds the state gone; the call then begins anew on a new snapshot. What a
 * method returned before must have been right.
 */
public interface Snapshot extends AutoCloseable {

  /** Is shown the bytes of an image where they lie. */
  @FunctionalInterface
  interface Visitor {

    /**
     * Takes what it needs.
     *
     * @param bytes the pixels of a raw image, the file of an encoded one, from the buffer's
     *     position to its limit; on the heap or direct, and not to be written to or kept
     * @throws IOException passes through
     */
    void visit(ByteBuffer bytes) throws IOException;
  }

  /** Is shown the bytes of one image after another where they lie. */
  @FunctionalInterface
  interface EachVisitor {

    /**
     * Takes what it needs.
     *
     * @param i which of the images asked for
     * @param bytes the pixels of a raw image, the file of an encoded one, from the buffer's
     *     position to its limit; on the heap or direct, and not to be written to or kept
     * @throws IOException passes through
     */
    void visit(int i, ByteBuffer bytes) throws IOException;
  }

  /**
   * Where the store lies, as named in messages.
   *
   * @return the same as {@link StoreReader#location}
   */
  Path store();

  /**
   * How many images there are.
   *
   * @return 0 or more
   * @throws IOException if the file system fails
   */
  long count() throws IOException;

  /**
   * The highest id.
   *
   * @return empty if there is no image
   * @throws IOException if the file system fails
   */
  OptionalLong lastId() throws IOException;

  /**
   * The ids that follow one another.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most; may be far more than there are, so memory is not to be taken
   *     by it
   * @return ascending; fewer than count only where the store ends
   * @throws IOException if the file system fails
   */
  long[] idsFrom(long firstId, int count) throws IOException;

  /**
   * Looks an image up; doesn't read its bytes.
   *
   * @param id at least 0
   * @return the image, or null if there is none
   * @throws IOException if the file system fails
   * @throws CorruptImageException if what is stored of it is damaged
   */
  @Nullable StoredImage find(long id) throws IOException;

  /**
   * The metadata of an image; doesn't read its bytes.
   *
   * @param image one that this snapshot gave
   * @return a JSON text, or null if it has none
   * @throws IOException if the file system fails
   * @throws CorruptImageException if it is damaged
   */
  @Nullable String metadata(StoredImage image) throws IOException;

  /**
   * Shows an image's bytes to a visitor, checked as the store's options say.
   *
   * @param image one that this snapshot gave
   * @param visitor is called once, unless an exception is thrown before
   * @throws IOException if the file system fails
   * @throws CorruptImageException if they are damaged
   */
  void read(StoredImage image, Visitor visitor) throws IOException;

  /**
   * Shows the bytes of many images to a visitor, in their order. By default one by one; a backend
   * that reads faster together may override it, but must show what comes before a damaged image
   * before it throws.
   *
   * @param images those that this snapshot gave
   * @param visitor is called once for each, by the calling thread
   * @throws IOException if the file system fails
   * @throws CorruptImageException if one is damaged
   */
  default void readEach(StoredImage[] images, EachVisitor visitor) throws IOException {
    for (int i = 0; i < images.length; i++) {
      int place = i;
      read(images[i], bytes -> visitor.visit(place, bytes));
    }
  }

  /**
   * Reads the pixels of images of one shape into places side by side, decoding those that are
   * encoded. By default with {@link #readEach}; a backend that reads them faster in place may
   * override it.
   *
   * @param images those that this snapshot gave, all of the shape
   * @param shape their shape
   * @param pixels takes them in this order, from position 0 on; direct
   * @throws IOException if the file system fails
   * @throws CorruptImageException if one is damaged
   * @throws io.imagestore.UnsupportedImageException if no codec on the class path decodes one
   */
  default void readPixels(StoredImage[] images, ImageShape shape, ByteBuffer pixels)
      throws IOException {
    int imageBytes = (int) shape.byteCount();
    readEach(
        images,
        (i, bytes) ->
            Pixels.copy(store(), images[i], bytes, pixels.slice(i * imageBytes, imageBytes)));
  }

  /**
   * The ids that are to be checked. By default those of {@link #idsFrom}; a backend that can find
   * an image though the place that lists it is damaged overrides it.
   *
   * @param firstId the lowest wanted, at least 0
   * @param count how many at the most
   * @return ascending; fewer than count only where the store ends
   * @throws IOException if the file system fails
   */
  default long[] idsToCheck(long firstId, int count) throws IOException {
    return idsFrom(firstId, count);
  }

  /**
   * Reads and checks an image and its metadata, even if checksums aren't verified on each read.
   *
   * @param id one of those to check
   * @throws IOException if the file system fails
   * @throws CorruptImageException if it is damaged
   */
  void check(long id) throws IOException;

  /**
   * What is left of a damaged image: its bytes as far as they can be read, unchecked, for a person
   * to look at. By default nothing.
   *
   * @param id one whose {@link #check} failed
   * @return the file's bytes or the raw pixels, or null if nothing can be read
   * @throws IOException if the file system fails
   */
  default @Nullable Remains remains(long id) throws IOException {
    return null;
  }

  /** Lets the state go. */
  @Override
  void close();
}
