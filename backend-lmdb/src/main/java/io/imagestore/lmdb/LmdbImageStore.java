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
 * at random and to append to, of images of any shape and sample type, raw or encoded.
 *
 * <p>The format {@code imagestore-lmdb}, version 1, is an environment directory ({@code data.mdb},
 * {@code lock.mdb}) with these databases. All keys but that of {@code store} are ids, 8 bytes,
 * big-endian.
 *
 * <ul>
 *   <li>{@code images}: the plain bytes: samples in HWC order, little-endian, or the encoded file
 *   <li>{@code index}: a record of each image, see below. An image is in the store if it is in the
 *       index, so labels can be scanned without a page of images being touched.
 *   <li>{@code metadata}: JSON in UTF-8, of images that have any
 *   <li>{@code store}: under {@code header} one line of JSON with format, version and label names
 *   <li>{@code pending}, {@code staged}, {@code staged metadata}: what a large batch needs on its
 *       way; empty otherwise
 * </ul>
 *
 * <p>A record has, without gaps, little-endian:
 *
 * <table>
 * <caption>The record of an image</caption>
 * <tr><th>type</th><th>content</th></tr>
 * <tr><td>i4</td><td>label</td></tr>
 * <tr><td>3 × u4</td><td>height, width, channels</td></tr>
 * <tr><td>u1</td><td>type of the samples: 0 UINT8, 1 UINT16, 2 FLOAT32</td></tr>
 * <tr><td>u4</td><td>CRC-32C of the bytes in {@code images}</td></tr>
 * <tr><td>u4</td><td>CRC-32C of the bytes in {@code metadata}, 0 if there are none</td></tr>
 * <tr><td>0 to 16 × u1</td><td>format of an encoded image in ASCII, such as {@code jpeg}; nothing
 *     of raw pixels</td></tr>
 * <tr><td>u1</td><td>flags: 1 if the image has metadata; 2 while its bytes and metadata lie in
 *     {@code staged} and {@code staged metadata}, which is so for a moment after a large batch that
 *     replaces images; others are of later versions</td></tr>
 * <tr><td>u1</td><td>the complement of the flags</td></tr>
 * <tr><td>u4</td><td>CRC-32C of the id, 8 bytes little-endian, and of the record up to the flags:
 *     the checksum that {@link io.imagestore.spi.Checksums#ofRecord Checksums} defines</td></tr>
 * </table>
 *
 * <p>In Python, with py-lmdb, numpy and Pillow:
 *
 * <pre>{@code
 * import io, lmdb, numpy, PIL.Image, struct
 *
 * env = lmdb.open("train", readonly=True, max_dbs=7)
 * images, index, metadata = (
 *     env.open_db(name, create=False) for name in (b"images", b"index", b"metadata"))
 * with env.begin() as txn:
 *     for key, record in txn.cursor(index):
 *         id = int.from_bytes(key, "big")
 *         label, h, w, c, sample_type = struct.unpack_from("<iIIIB", record)
 *         format = record[25:-6].decode()
 *         value = txn.get(key, db=images)
 *         if format:
 *             image = PIL.Image.open(io.BytesIO(value))
 *         else:
 *             image = numpy.frombuffer(value, ("u1", "<u2", "<f4")[sample_type]).reshape(h, w, c)
 *         json = txn.get(key, db=metadata)  # None if it has none
 * }</pre>
 *
 * <p><b>Durability.</b> By default {@link Durability#COMMIT}: each {@code put}, {@code putBatch}
 * and {@code delete} waits for the device, twice. {@link Durability#FLUSH} halves that: the loss of
 * power may then undo the last commit, whole. Batches make the waiting cheap under either.
 *
 * <p><b>Processes.</b> One process writes, others read, also while it writes; a reader sees each
 * commit at once. A store may be opened more than once in a process; they share one environment.
 * Reading needs the file {@code data.mdb} alone: no lock, no file is made or changed, LMDB's
 * library isn't loaded. What a read has found counts only if no writer can have written over it
 * meanwhile; else it begins again. One that a writer in another process outruns three times, by two
 * commits each, is noted in {@code lock.mdb}, so that the writer leaves it what it reads. Where
 * that can't be, because the file is missing, may not be written or isn't the one that the writer
 * looks into, the read goes on beginning again, and ends in an {@link ImageStoreException} after
 * fifty times: no read is ever without either guard. Network file systems don't share memory maps,
 * so a store on one must be used by a single process.
 *
 * <p><b>Damage.</b> LMDB checks none of its pages, and a damaged one can end the process. So its
 * trees are read here in Java, each page checked as it is entered: its number and kind, the places
 * and sizes of its nodes, the order of its keys and that they belong there. Pages that LMDB walks
 * when it writes are checked before, and the list of free pages when the store is opened to write.
 * {@link io.imagestore.ImageSource#verify() Verifying} goes through index and images side by side:
 * it names images that either has lost. It also finds pages in use that the list names as free, so
 * that a later write might write over them: opening a store to write, which goes through the list
 * alone, finds only those of them that lead to the trees.
 *
 * <p>A write that would come by a damaged page is refused, and where the list of free pages is
 * damaged, every write. {@link ImageStore#repair Repairing} then makes the environment anew of the
 * images that are whole, which takes as much room again as they do, and lays the damaged {@code
 * data.mdb} aside. Readers in this process go over to the new file; those in others keep to the
 * state before until they open the store again. Where one of the two first pages is damaged, or one
 * that leads to the databases, the store can't be opened at all.
 *
 * <p><b>Space.</b> The file doesn't shrink: the space of deleted and replaced images is used again.
 * It grows by need; on Windows it is as large as the map, see {@link
 * LmdbOptions.Builder#mapSizeBytes(long)}.
 *
 * <p><b>Pickled images.</b> {@link io.imagestore.ImageStores#open(Path)} also opens environments
 * that Python code has filled with pickled objects under the keys {@code "%08d" % id}, as the
 * article that {@link ArticleEnvironment} names does, if the objects have the attributes {@code
 * image} (bytes), {@code size} (height, width), {@code channels} and {@code label}. Their class is
 * neither needed nor called.
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
