package io.imagestore.spi;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A source that shows the bytes of its images where they lie, so that what decodes them needs no
 * copy. Each source that {@link Stores} makes is one.
 */
public interface DirectSource extends ImageSource {

  /** Is shown one image after another. */
  @FunctionalInterface
  interface Visitor {

    /**
     * Takes what it needs.
     *
     * @param i which of the images asked for, from 0 on; an image may be shown again, when a writer
     *     has moved on meanwhile
     * @param image what is known of it; keep what it says, not the object
     * @param bytes the pixels of a raw image, the file of an encoded one, from the buffer's
     *     position to its limit; on the heap or direct, and not to be written to or kept
     * @throws IOException becomes an {@link io.imagestore.ImageStoreException}
     */
    void visit(int i, StoredImage image, ByteBuffer bytes) throws IOException;
  }

  /**
   * Shows images, all of one state of the store, in the order asked for. A source that is made of
   * several does so source by source.
   *
   * @param ids holds the ids wanted; an id may stand there twice
   * @param from where in it they begin
   * @param count how many they are
   * @param visitor is called by the calling thread; may read from the source, but a call of its
   *     that writes to a store whose images are shown, or closes it, would have to wait for this
   *     one, and gets an {@link IllegalStateException}
   * @throws IndexOutOfBoundsException if the array has no such part
   * @throws ImageNotFoundException if one is missing; none is shown then
   * @throws CorruptImageException if one is damaged; those before it are shown
   */
  void visit(long[] ids, int from, int count, Visitor visitor);

  /**
   * Lists the ids of one state of the store, ascending, as {@link #ids} does, but portion by
   * portion, so that they needn't be held.
   *
   * @param <T> takes portions
   * @param maker makes what takes them; called again when a writer has moved on meanwhile, for then
   *     all begins anew
   * @return the one that has taken all ids of one state
   * @throws CorruptImageException if an image has lost what lists it
   * @throws io.imagestore.CorruptStoreException if what lists the ids is damaged
   */
  default <T extends Consumer<long[]>> T listIds(Supplier<T> maker) {
    return inOnePortion(this, maker);
  }

  /**
   * As {@link #listIds}, but goes on where what lists the ids is damaged, and lists those that are
   * still found, damaged images too.
   *
   * @param <T> takes portions
   * @param maker makes what takes them
   * @return the one that has taken all ids found in one state
   */
  default <T extends Consumer<long[]>> T listIdsEvenIfDamaged(Supplier<T> maker) {
    return listIds(maker);
  }

  /**
   * Makes sure that {@link #listIdsEvenIfDamaged} finds as many ids as there are images.
   *
   * @throws io.imagestore.CorruptStoreException if images are lost and nothing tells which
   */
  default void requireNoLostIds() {}

  /**
   * Lists the ids of any source, portion by portion if it is a direct one.
   *
   * @param <T> takes portions
   * @param source whose ids are listed
   * @param maker makes what takes them; called again when a writer has moved on meanwhile
   * @return the one that has taken all ids of one state
   */
  static <T extends Consumer<long[]>> T listIds(ImageSource source, Supplier<T> maker) {
    return source instanceof DirectSource direct
        ? direct.listIds(maker)
        : inOnePortion(source, maker);
  }

  private static <T extends Consumer<long[]>> T inOnePortion(
      ImageSource source, Supplier<T> maker) {
    T taker = maker.get();
    taker.accept(source.ids());
    return taker;
  }

  /**
   * Shows images of any source: where they lie if it is a direct one, else as copies. The visitor
   * must not write to the source, nor close it.
   *
   * @param source whose images are shown
   * @param ids holds the ids wanted; an id may stand there twice
   * @param from where in it they begin
   * @param count how many they are
   * @param visitor is called by the calling thread
   * @throws IndexOutOfBoundsException if the array has no such part
   * @throws ImageNotFoundException if one is missing
   * @throws CorruptImageException if one is damaged
   */
  static void visit(ImageSource source, long[] ids, int from, int count, Visitor visitor) {
    if (source instanceof DirectSource direct) {
      direct.visit(ids, from, count, visitor);
      return;
    }
    Objects.checkFromIndexSize(from, count, ids.length);
    int i = 0;
    for (LabeledImage labeled : source.readImages(Arrays.copyOfRange(ids, from, from + count))) {
      Image image = labeled.image();
      String format = image.format().orElse(null);
      StoredImage stored = new StoredImage(labeled.id(), image.shape(), labeled.label(), format);
      try {
        visitor.visit(i++, stored, image.bytes());
      } catch (IOException e) {
        throw new ImageStoreException("reading images failed in " + source, e);
      }
    }
  }
}
