package io.imagestore.lmdb;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.StoreInfo;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.internal.StoreHeader;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.AbstractImageStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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
 * {@link #verify} goes through index and pixels side by side: it names images that either has lost.
 * Not found is a bit flipped in the list of free pages that makes another page's number of one, in
 * order: a later write may write over that page, which then is damage like any other.
 *
 * <p><b>Space.</b> The file doesn't shrink: the space of deleted and replaced images is used again.
 * It grows by need; on Windows it is as large as the map, see {@link
 * LmdbOptions.Builder#mapSizeBytes(long)}.
 *
 * <p><b>Pickled images.</b> {@link io.imagestore.ImageStores#open(Path,
 * io.imagestore.StoreOptions)} also opens, read-only, environments that Python code has filled with
 * pickled objects under the keys {@code "%08d" % id}, if the objects have the attributes {@code
 * image} (bytes), {@code size} (height, width), {@code channels} and {@code label}. Their class is
 * neither needed nor called.
 *
 * <p><b>Native code.</b> To write, LMDB's library is unpacked from lmdbjava's jar into {@code
 * java.io.tmpdir}; set {@code -Dlmdbjava.extract.dir} and {@code -Djffi.extract.dir} where that
 * folder is mounted noexec. No flags to the JVM are needed; from Java 24 on it prints a warning
 * about native access.
 */
public final class LmdbImageStore extends AbstractImageStore {

  static final String BACKEND = "lmdb";

  private static final String FORMAT = "imagestore-lmdb";
  private static final int VERSION = 1;
  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);

  private final Environment environment;
  private final boolean verifyChecksums;
  private final Durability durability;
  private final @Nullable Writer writer;

  /** What only a store that is open for writing has. */
  record Writer(
      StoreLock lock, WriterThread thread, WriteEnvironment environment, ImageWriter images) {}

  LmdbImageStore(Path path, LmdbOptions options, Environment environment, @Nullable Writer writer) {
    super(path, options);
    this.environment = environment;
    this.verifyChecksums = options.verifyChecksums();
    this.durability = Settings.of(options).durability();
    this.writer = writer;
  }

  // Opening.

  /**
   * Opens a store for reading and writing, and creates it where there is none.
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
  public static LmdbImageStore open(Path path) {
    return open(path, LmdbOptions.defaults());
  }

  /**
   * Opens a store.
   *
   * @param path its directory, in the default file system
   * @param options how to open it
   * @return the open store
   * @throws io.imagestore.StoreLockedException if it is open for writing already, and shall be
   *     opened for writing
   * @throws UnsupportedStoreException if what lies there is something else or of a later version,
   *     or the mode is {@link OpenMode#READ_ONLY} and there is none, or it is {@link
   *     OpenMode#CREATE_NEW} and there is something, or the path is in another file system
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails, or LMDB's native library, which writing
   *     needs, can't be loaded
   */
  public static LmdbImageStore open(Path path, LmdbOptions options) {
    ImageStore store = StoreOpener.open(path, options);
    if (store instanceof LmdbImageStore own) {
      return own;
    }
    store.close();
    throw new UnsupportedStoreException(
        "what lies at " + path + " holds pickled images; open it with ImageStores.open, read-only");
  }

  static StoreHeader newHeader(LmdbOptions options) {
    return new StoreHeader(FORMAT, VERSION, options.labelNames().orElse(List.of()));
  }

  static StoreHeader headerOf(Environment environment, Path path) throws IOException {
    return StoreHeader.parse(environment.read(StoreView::header), FORMAT, VERSION, path);
  }

  // Writing.

  @Override
  protected void write(Iterator<LabeledImage> images) throws IOException {
    writer().write(images);
  }

  @Override
  protected void write(ImageBatch batch) throws IOException {
    writer().write(batch);
  }

  @Override
  protected boolean remove(long id) throws IOException {
    return writer().delete(id);
  }

  private ImageWriter writer() {
    return Objects.requireNonNull(writer, "a store that is read-only is never written").images();
  }

  @Override
  protected void sync() throws IOException {
    Writer open = writer;
    if (open != null && durability == Durability.FLUSH) {
      open.thread()
          .call(
              () -> {
                open.environment().sync();
                return true;
              });
    }
  }

  @Override
  protected void release() throws IOException {
    try {
      endWriting();
    } finally {
      environment.leave();
    }
  }

  private void endWriting() throws IOException {
    if (writer != null) {
      try {
        sync();
      } finally {
        StoreOpener.endWriting(writer.lock(), writer.thread(), writer.environment());
      }
    }
  }

  // Reading.

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    return find(id, verifyChecksums).orElse(null);
  }

  @Override
  protected void check(long id) throws IOException {
    try {
      find(id, true);
    } catch (CorruptStoreException e) {
      throw new CorruptImageException(location(), id, "the pages that lead to it are damaged", e);
    }
  }

  private Optional<LabeledImage> find(long id, boolean verify) throws IOException {
    return environment.read(
        view -> view.find(id) ? Optional.of(image(view, id, verify)) : Optional.empty());
  }

  private LabeledImage image(StoreView view, long id, boolean verify) {
    ImageRecord record = view.record();
    ImageShape shape = record.shape();
    ByteBuffer pixels = view.pixels(id, record.staged(), shape.byteCount());
    if (verify) {
      view.verify(id, pixels, record.checksum());
    }
    return new LabeledImage(id, Image.of(shape, pixels.rewind()), record.label());
  }

  @Override
  protected List<LabeledImage> scan(long firstId, int count) throws IOException {
    return environment.read(
        view -> {
          List<LabeledImage> images = new ArrayList<>();
          for (long id : view.ids().from(firstId, count)) {
            try {
              view.find(id);
              images.add(image(view, id, verifyChecksums));
            } catch (CorruptImageException e) {
              if (images.isEmpty()) {
                throw e;
              }
              break; // the next scan begins with the damaged image, and throws
            }
          }
          return images;
        });
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    environment.read(
        view -> {
          FoundImages found = new FoundImages(ids.length);
          for (long id : ids) {
            if (!view.find(id)) {
              throw new ImageNotFoundException(location(), id);
            }
            requireShape(id, view.record().shape(), into.shape());
            found.add(id, view.record());
          }
          fill(into, view, found);
          return into;
        });
  }

  @Override
  protected ImageBatch readRange(long firstId, int count) throws IOException {
    return environment.read(
        view -> {
          long[] ids = view.ids().from(firstId, count);
          FoundImages found = new FoundImages(ids.length);
          ImageShape shape = NO_SHAPE;
          for (long id : ids) {
            view.find(id);
            if (found.size() == 0) {
              shape = view.record().shape();
            }
            requireShape(id, view.record().shape(), shape);
            found.add(id, view.record());
          }
          ImageBatch batch = ImageBatch.allocate(shape, found.size());
          fill(batch, view, found);
          return batch;
        });
  }

  private void fill(ImageBatch batch, StoreView view, FoundImages found) {
    batch.fill(
        found.size(),
        (pixels, ids, labels) -> {
          copy(view, found, (int) batch.shape().byteCount(), pixels);
          found.copyTo(ids, labels);
        });
  }

  private void copy(StoreView view, FoundImages found, int imageBytes, ByteBuffer pixels) {
    for (int i = 0; i < found.size(); i++) {
      int start = i * imageBytes;
      pixels.put(start, view.pixels(found.id(i), found.staged(i), imageBytes), 0, imageBytes);
      if (verifyChecksums) {
        pixels.limit(start + imageBytes).position(start);
        view.verify(found.id(i), pixels, found.checksum(i));
        pixels.limit(pixels.capacity());
      }
    }
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) throws IOException {
    return environment
        .read(
            view ->
                view.find(id) ? Optional.of(view.record().shape()) : Optional.<ImageShape>empty())
        .orElse(null);
  }

  @Override
  protected OptionalInt labelOf(long id) throws IOException {
    return environment.read(
        view -> view.find(id) ? OptionalInt.of(view.record().label()) : OptionalInt.empty());
  }

  @Override
  protected long[] idsFrom(long firstId, int count) throws IOException {
    return environment.read(view -> view.ids().from(firstId, count));
  }

  @Override
  protected long[] idsToCheck(long firstId, int count) throws IOException {
    return environment.read(view -> view.ids().evenIfDamagedFrom(firstId, count));
  }

  @Override
  protected void checkStructure() throws IOException {
    environment.read(
        view -> {
          view.ids().requireAll();
          return view.count();
        });
  }

  @Override
  protected long count() throws IOException {
    return environment.read(StoreView::count);
  }

  @Override
  protected StoreInfo describe() throws IOException {
    return new StoreInfo(
        BACKEND,
        location(),
        count(),
        DataFile.bytesIn(location()),
        headerOf(environment, location()).labelNames(),
        EnumSet.allOf(Capability.class));
  }
}
