package io.imagestore.lmdb;

import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.UnsupportedStoreException;
import java.nio.file.Path;

/**
 * Images in an <a href="http://www.lmdb.tech/doc/">LMDB</a> environment: the fastest store to read
 * at random and to append to, of images of any shape.
 *
 * <p>The format {@code imagestore-lmdb}, version 1, is an environment directory ({@code data.mdb},
 * {@code lock.mdb}) with these databases. All keys but that of {@code meta} are ids, 8 bytes,
 * big-endian.
 *
 * <ul>
 *   <li>{@code pixels}: the plain HWC bytes
 *   <li>{@code index}: seven big-endian 32-bit integers: label (signed), height, width, channels,
 *       CRC-32C of the pixels, flags, CRC-32C of key and all before. An image is in the store if it
 *       is in the index, so labels can be scanned without a page of pixels being touched. The flags
 *       are 0; 1 says that the image's pixels lie in {@code staged}, which is so for a moment after
 *       a large batch that replaces images.
 *   <li>{@code meta}: under {@code header} one line of JSON with format, version and label names
 *   <li>{@code pending}, {@code staged}: what a large batch needs on its way; empty otherwise
 * </ul>
 *
 * <p>In Python, with py-lmdb and numpy:
 *
 * <pre>{@code
 * import lmdb, numpy, struct
 *
 * env = lmdb.open("train", readonly=True, max_dbs=5)
 * pixels, index = env.open_db(b"pixels", create=False), env.open_db(b"index", create=False)
 * with env.begin() as txn:
 *     for key, record in txn.cursor(index):
 *         id, = struct.unpack(">Q", key)
 *         label, h, w, c, crc32c, flags, _ = struct.unpack(">i6I", record)
 *         image = numpy.frombuffer(txn.get(key, db=pixels), "u1").reshape(h, w, c)
 * }</pre>
 *
 * <p><b>Durability.</b> By default {@link Durability#COMMIT}: each {@code put}, {@code putBatch}
 * and {@code delete} waits for the device, twice. {@link Durability#FLUSH} halves that: the loss of
 * power may then undo the last commit, whole. Batches make the waiting cheap under either.
 *
 * <p><b>Processes.</b> One process writes, others read, also while it writes; a reader sees each
 * commit at once. A store may be opened more than once in a process; they share one environment.
 * Reading needs the file {@code data.mdb} alone: no lock, no file is made or changed, LMDB's
 * library isn't loaded. Only a read that a writer in another process outruns three times, by two
 * commits each, is noted in {@code lock.mdb}, if that is there. Network file systems don't share
 * memory maps, so a store on one must be used by a single process.
 *
 * <p><b>Damage.</b> LMDB checks none of its pages, and a damaged one can end the process. So its
 * trees are read here in Java, each page checked as it is entered: its number and kind, the places
 * and sizes of its nodes, the order of its keys and that they belong there. Pages that LMDB walks
 * when it writes are checked before, and the list of free pages when the store is opened to write.
 * {@link io.imagestore.ImageSource#verify() Verifying} goes through index and pixels side by side:
 * it names images that either has lost. Not found is a bit flipped in the list of free pages that
 * makes another page's number of one, in order: a later write may write over that page, which then
 * is damage like any other.
 *
 * <p><b>Space.</b> The file doesn't shrink: the space of deleted and replaced images is used again.
 * It grows by need; on Windows it is as large as the map, see {@link
 * LmdbOptions.Builder#mapSizeBytes(long)}.
 *
 * <p><b>Pickled images.</b> {@link io.imagestore.ImageStores#open(Path)} also opens environments
 * that Python code has filled with pickled objects under the keys {@code "%08d" % id}, if the
 * objects have the attributes {@code image} (bytes), {@code size} (height, width), {@code channels}
 * and {@code label}. Their class is neither needed nor called.
 *
 * <p><b>Native code.</b> To write, LMDB's library is unpacked from lmdbjava's jar into {@code
 * java.io.tmpdir}; set {@code -Dlmdbjava.extract.dir} and {@code -Djffi.extract.dir} where that
 * folder is mounted noexec. No flags to the JVM are needed; from Java 24 on it prints a warning
 * about native access.
 */
public final class LmdbImageStore {

  static final String BACKEND = "lmdb";

  private LmdbImageStore() {}

  /**
   * Opens a store to read and write, and makes it where there is none.
   *
   * @param path its directory, in the default file system
   * @return the open store
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws UnsupportedStoreException if what lies there is something else, or of a later version,
   *     or the path is in another file system
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails, or LMDB's native library, which writing
   *     needs, can't be loaded
   */
  public static ImageStore open(Path path) {
    return open(path, LmdbOptions.defaults());
  }

  /**
   * Opens a store to read and write.
   *
   * @param path its directory, in the default file system
   * @param options how to open it
   * @return the open store
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws io.imagestore.StoreExistsException if there is something where the store was to be new
   * @throws UnsupportedStoreException if what lies there is something else, or of a later version,
   *     or the path is in another file system
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails, or LMDB's native library, which writing
   *     needs, can't be loaded
   */
  public static ImageStore open(Path path, LmdbOptions options) {
    return StoreOpener.open(path, options);
  }

  /**
   * Opens a store to read.
   *
   * @param path its directory, in the default file system
   * @return the open source
   * @throws io.imagestore.StoreNotFoundException if there is no store
   * @throws UnsupportedStoreException if what lies there is something else, or of a later version,
   *     or the path is in another file system
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path) {
    return openReadOnly(path, LmdbOptions.defaults());
  }

  /**
   * Opens a store to read.
   *
   * @param path its directory, in the default file system
   * @param options how to open it, none of them about writing
   * @return the open source
   * @throws IllegalArgumentException if an option is about writing
   * @throws io.imagestore.StoreNotFoundException if there is no store
   * @throws UnsupportedStoreException if what lies there is something else, or of a later version,
   *     or the path is in another file system
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path, LmdbOptions options) {
    options.requireForReading();
    return StoreOpener.openReadOnly(path, options);
  }
}
