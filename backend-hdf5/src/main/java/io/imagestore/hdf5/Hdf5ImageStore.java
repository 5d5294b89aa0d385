package io.imagestore.hdf5;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreExistsException;
import io.imagestore.StoreLockedException;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.StoreFiles;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Images in one HDF5 file, in the format that {@link io.imagestore.hdf5 the package} describes.
 *
 * <p><b>Layouts.</b> Raw images of one shape lie in one dataset of four dimensions; that is the
 * uniform layout, which refuses others. Encoded images, and images of any shapes and sample types,
 * lie as bytes in the mixed layout. A new store is what its first image needs, or {@link
 * Hdf5Options.Builder#layout what is asked for}: ask for the mixed one where raw images of other
 * shapes, or encoded ones, will follow a raw one. A store keeps its layout. Both keep metadata. In
 * the mixed layout nothing is compressed.
 *
 * <p>A write costs what it writes, whatever the size of the file. Appended images go to the end. An
 * image that is replaced costs about its own size twice: it is written elsewhere first, and brought
 * to where the old one lies when the store is flushed. So is the last image, which moves into the
 * hole of a deleted one. Where that would be much of a chunk, and with compression always, the
 * chunk, by default about 1 MiB, is written anew elsewhere. In the mixed layout a replaced image
 * costs its own bytes once, and twice the 80 bytes that tell of it. The room of what was replaced
 * or deleted, metadata too, is used again, after the next flush at the earliest. With compression,
 * the last chunk lies uncompressed until it is full or the store is closed.
 *
 * <p>The pixels of an {@link ImageBatch} go to the file from where they are; images that come one
 * by one are gathered first, which is half as fast.
 *
 * <p><b>Durability.</b> While the store is open for writing, a journal lies beside the file, named
 * like it with {@code .journal} behind, and a lock file with {@code .lock}. Keep the journal with
 * the file: from it, the next opening finishes or takes back what a crash cut short. After a clean
 * close there is the file alone. A journal that starts anew is named {@code .journal.new} at first,
 * and a new file that is to survive the loss of power {@code .making}; a crash can leave either,
 * and the next one takes its place. A file named so that isn't such a leftover of a new file stays,
 * and the store isn't made. Where a name would be longer than 255 bytes, a UUID of the file's name
 * takes the place of that.
 *
 * <ul>
 *   <li>{@link io.imagestore.Durability#FLUSH}, the default: a write doesn't wait for the device.
 *       It survives the death of the process. After a loss of power the store is as it was at the
 *       last flush or after one of the commits since, with all commits before that one. A replacing
 *       or deleting write waits once for the journal if it is the first since a flush in that part
 *       of a chunk index, and the indices are larger than 256 KiB together.
 *   <li>{@link io.imagestore.Durability#COMMIT}: each write waits twice, for the file and for the
 *       journal, and survives the loss of power.
 * </ul>
 *
 * <p>The first write after opening waits for the device in any case, and so does one now and then
 * that lets the journal start anew, at 8 MiB. Only a new store has nothing to lose before its first
 * flush: under {@code FLUSH} nothing waits until then, and a loss of power may leave a file that is
 * refused as damaged, and can be deleted. Under {@code COMMIT} it is made whole, or not at all.
 *
 * <p><b>Other readers.</b> Between two writes the file alone is a whole HDF5 file with all of them,
 * behind whose end there may be a hole that takes no room. An HDF5 program that reads it just while
 * a write ends, or after the process was killed just then, may see the write before, datasets of
 * different lengths, or a wrong checksum. After a loss of power, open the store here before any
 * other program does. A store that another process opens to read writes nothing and sees the last
 * whole write before it was opened; when something of that was overwritten, it goes over to the
 * last whole write of that moment, for which it reads all ids anew.
 *
 * <p><b>Damage.</b> Opening checks what the rows tell of images, which takes less than a
 * microsecond a row. Where an id turns out to be damaged, an id that isn't found isn't called
 * absent: that is a {@link CorruptStoreException}. A store with two rows of one id, or a row
 * without one, is read, and deleted from, but takes no image before {@link ImageStore#repair} has
 * laid such rows aside. More than a million of them are refused on opening. Of a compressed chunk
 * that can't be decoded, images are read that their checksums prove to be whole, which is slow.
 *
 * <p>Reading copies from a mapping of the file, or from a bounded cache of decompressed chunks.
 * Memory taken is some 30 bytes an image for its id, 16 more while a store is opened to write, and
 * 8 to 40 bytes a chunk. At most 2^31 - 1 images fit, and label names of together less than 64 KiB.
 */
public final class Hdf5ImageStore {

  static final String BACKEND = "hdf5";

  private Hdf5ImageStore() {}

  /**
   * Opens a store to read and write, and makes it where there is none.
   *
   * @param path an {@code .h5} file, in the default file system; its folder is made if need be
   * @return the open store
   * @throws UnsupportedStoreException if something else lies there, a store of a later format
   *     version, or an HDF5 file of another making, or the path is in another file system
   * @throws StoreLockedException if it is open for writing already
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path) {
    return open(path, Hdf5Options.defaults());
  }

  /**
   * Opens a store to read and write.
   *
   * @param path an {@code .h5} file, in the default file system; its folder is made if need be
   * @param options how
   * @return the open store
   * @throws StoreExistsException if there is something where the store was to be new
   * @throws UnsupportedStoreException if something else lies there, a store of a later format
   *     version, or an HDF5 file of another making, or the path is in another file system
   * @throws StoreLockedException if it is open for writing already
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, Hdf5Options options) {
    return open(path, options, StoreFiles.ofSystem());
  }

  static ImageStore open(Path path, Hdf5Options options, StoreFiles files) {
    Objects.requireNonNull(options, "options");
    StoreFiles.requireDefaultFileSystem(path);
    return new StoreOpener(path, options).openToWrite(files);
  }

  /**
   * Opens a store to read, or an HDF5 file of another making.
   *
   * @param path an {@code .h5} file, in the default file system
   * @return the open source
   * @throws StoreNotFoundException if there is no file
   * @throws UnsupportedStoreException if something else lies there, a store of a later format
   *     version, or a file that holds no images, or the path is in another file system
   * @throws StoreLockedException if another program has it open in a way that lets nobody else in
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path) {
    return openReadOnly(path, Hdf5Options.defaults());
  }

  /**
   * Opens a store to read, or an HDF5 file of another making.
   *
   * @param path an {@code .h5} file, in the default file system
   * @param options how, none of them about writing
   * @return the open source
   * @throws IllegalArgumentException if an option is about writing
   * @throws StoreNotFoundException if there is no file
   * @throws UnsupportedStoreException if something else lies there, a store of a later format
   *     version, or a file that holds no images, or the path is in another file system
   * @throws StoreLockedException if another program has it open in a way that lets nobody else in
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path, Hdf5Options options) {
    options.requireForReading();
    StoreFiles.requireDefaultFileSystem(path);
    return new StoreOpener(path, options).openReadOnly();
  }
}
