package io.imagestore.spi;

import io.imagestore.ImageBatch;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * How a backend writes to one open store. {@link Stores} makes an {@link io.imagestore.ImageStore}
 * of it and of a {@link StoreReader}.
 *
 * <p>Called by one thread at a time, and never after {@link #close} has begun. An {@link
 * IOException} becomes an {@link io.imagestore.ImageStoreException} that names the store, or a
 * {@link io.imagestore.StoreFullException} where there is no room.
 */
public interface StoreWriter {

  /**
   * Stores images as one: all or none, also after a crash. An id may come twice; the later one
   * stays. If the iterator throws, nothing is stored and its exception is let through.
   *
   * @param images without nulls; of any length, so not to be held whole
   * @throws IOException if the file system fails; nothing is stored then
   */
  void write(Iterator<LabeledImage> images) throws IOException;

  /**
   * Stores one image. By default as a batch of one.
   *
   * @param image the image
   * @throws IOException if the file system fails; nothing is stored then
   */
  default void write(LabeledImage image) throws IOException {
    write(List.of(image).iterator());
  }

  /**
   * Stores a batch as one. By default image by image.
   *
   * @param batch has at least one image
   * @throws IOException if the file system fails; nothing is stored then
   */
  default void write(ImageBatch batch) throws IOException {
    write(new BatchIterator(batch));
  }

  /**
   * Deletes an image, atomically.
   *
   * @param id at least 0
   * @return whether there was one
   * @throws IOException if the file system fails
   */
  boolean remove(long id) throws IOException;

  /**
   * Deletes a damaged image, atomically, though its record may be damaged too; in {@link
   * #mendStructure} at the latest, which follows. By default as {@link #remove}.
   *
   * @param id one whose {@link Snapshot#check} failed
   * @throws IOException if the file system fails; nothing is deleted then
   */
  default void drop(long id) throws IOException {
    remove(id);
  }

  /**
   * Mends what {@link StoreReader#checkStructure} finds, as far as that loses no whole image and
   * nothing that a person may want to see. By default nothing can be mended.
   *
   * @param aside where to lay what the store doesn't need
   * @param mended takes a sentence for each that was mended
   * @throws IOException if the file system fails
   */
  default void mendStructure(DamagedFolder aside, Consumer<String> mended) throws IOException {}

  /**
   * Makes all that has been written survive the loss of power.
   *
   * @throws IOException if the file system fails
   */
  void sync() throws IOException;

  /**
   * Makes what was written survive the loss of power, and gives everything back that the reader
   * doesn't. Called once, or {@link #abandon} instead, before the reader is closed.
   *
   * @throws IOException if the file system fails; everything is given back all the same
   */
  void close() throws IOException;

  /**
   * Gives everything back as {@link #close} does, of a store that isn't in its place any more:
   * another may be there, which is not to be changed. By default closes, as suits a backend that
   * changes nothing by its path then.
   *
   * @throws IOException if the file system fails; everything is given back all the same
   */
  default void abandon() throws IOException {
    close();
  }
}
