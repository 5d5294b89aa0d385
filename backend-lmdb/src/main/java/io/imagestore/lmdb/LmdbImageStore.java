package io.imagestore.lmdb;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Durability;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.ShapeMismatchException;
import io.imagestore.StoreInfo;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.internal.StoreHeader;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.AbstractImageStore;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
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
 * Reading takes a slot in {@code lock.mdb}, which is created if it is missing; where it can't be
 * written, as on read-only media, reading goes on without, and nobody may write the store
 * meanwhile. Network file systems don't share memory maps, so a store on one must be used by a
 * single process.
 *
 * <p><b>Space.</b> The file doesn't shrink: the space of deleted and replaced images is used again.
 * It grows by need; on Windows it is as large as the map, see {@link
 * LmdbOptions.Builder#mapSizeBytes(long)}.
 *
 * <p><b>Native code.</b> LMDB's library is unpacked from lmdbjava's jar into {@code
 * java.io.tmpdir}; set {@code -Dlmdbjava.extract.dir} and {@code -Djffi.extract.dir} where that
 * folder is mounted noexec. No flags to the JVM are needed; from Java 24 on it prints a warning
 * about native access.
 */
public final class LmdbImageStore extends AbstractImageStore {

  static final String BACKEND = "lmdb";

  private static final String FORMAT = "imagestore-lmdb";
  private static final int VERSION = 1;
  private static final String WRITER_LOCK = "writer.lock";
  private static final Set<String> LOCKS = Set.of(WRITER_LOCK, "lock.mdb");
  private static final ImageShape NO_SHAPE = new ImageShape(1, 1, 1);

  private final Environment environment;
  private final boolean verifyChecksums;
  private final Durability durability;
  private final @Nullable Writer writer;

  /** What only a store that is open for writing has. */
  private record Writer(StoreLock lock, WriterThread thread, ImageWriter images) {}

  private LmdbImageStore(
      Path path, LmdbOptions options, Environment environment, @Nullable Writer writer) {
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
   * @param path its directory
   * @return the open store
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws UnsupportedStoreException if what lies there is something else, or of a later version
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails, or LMDB's native library can't be loaded
   */
  public static LmdbImageStore open(Path path) {
    return open(path, LmdbOptions.defaults());
  }

  /**
   * Opens a store.
   *
   * @param path its directory
   * @param options how to open it
   * @return the open store
   * @throws io.imagestore.StoreLockedException if it is open for writing already, and shall be
   *     opened for writing
   * @throws UnsupportedStoreException if what lies there is something else or of a later version,
   *     or the mode is {@link OpenMode#READ_ONLY} and there is none, or it is {@link
   *     OpenMode#CREATE_NEW} and there is something
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails, or LMDB's native library can't be loaded
   */
  public static LmdbImageStore open(Path path, LmdbOptions options) {
    try {
      return options.mode() == OpenMode.READ_ONLY
          ? openToRead(path, options)
          : openToWrite(path, options);
    } catch (AccessDeniedException e) {
      throw new ImageStoreException(
          "opening store " + path + " failed: there is no permission for " + e.getFile(), e);
    } catch (IOException e) {
      throw new ImageStoreException("opening store " + path + " failed: " + e.getMessage(), e);
    }
  }

  private static LmdbImageStore openToRead(Path path, LmdbOptions options) throws IOException {
    if (!DataFile.exists(path)) {
      throw new UnsupportedStoreException("there is no LMDB store at " + path);
    }
    Environment environment = Environment.join(path, Settings.of(options), null);
    boolean opened = false;
    try {
      headerOf(environment, path);
      LmdbImageStore store = new LmdbImageStore(path, options, environment, null);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        environment.leave();
      }
    }
  }

  private static LmdbImageStore openToWrite(Path path, LmdbOptions options) throws IOException {
    checkPlace(path, options.mode());
    Files.createDirectories(path);
    WriterThread thread = new WriterThread("writer of " + path);
    boolean opened = false;
    try {
      // In a thread that nobody interrupts, for an interrupt closes the channel that holds the
      // lock.
      StoreLock lock = thread.call(() -> StoreLock.acquire(path.resolve(WRITER_LOCK), path));
      try {
        checkPlace(path, options.mode()); // now that nobody else creates a store there
        LmdbImageStore store = openToWrite(path, options, lock, thread);
        opened = true;
        return store;
      } finally {
        if (!opened) {
          lock.close();
        }
      }
    } finally {
      if (!opened) {
        thread.close();
      }
    }
  }

  private static LmdbImageStore openToWrite(
      Path path, LmdbOptions options, StoreLock lock, WriterThread thread) throws IOException {
    String newHeader =
        new StoreHeader(FORMAT, VERSION, options.labelNames().orElse(List.of())).toJson();
    Environment environment =
        thread.call(() -> Environment.join(path, Settings.of(options), newHeader));
    boolean opened = false;
    try {
      StoreHeader header = headerOf(environment, path);
      ImageWriter images = new ImageWriter(environment, thread, path);
      if (!header.labelNames().equals(options.labelNames().orElse(header.labelNames()))) {
        images.writeHeader(newHeader);
      }
      images.tryToFinishLeftovers();
      Writer writer = new Writer(lock, thread, images);
      LmdbImageStore store = new LmdbImageStore(path, options, environment, writer);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        environment.leave();
      }
    }
  }

  private static void checkPlace(Path path, OpenMode mode) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new UnsupportedStoreException(path + " is a file, but an LMDB store is a directory");
    }
    boolean free = isEmpty(path);
    if (mode == OpenMode.CREATE_NEW && !free) {
      throw new UnsupportedStoreException(
          "there is something at " + path + " already, so no new store is created there");
    }
    if (!free && !DataFile.exists(path)) {
      throw new UnsupportedStoreException(
          "what lies at "
              + path
              + " is no LMDB store, and an LMDB store needs a directory of its own");
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return true;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.allMatch(file -> LOCKS.contains(String.valueOf(file.getFileName())));
    }
  }

  private static StoreHeader headerOf(Environment environment, Path path) throws IOException {
    return StoreHeader.parse(environment.read(ReadTransaction::header), FORMAT, VERSION, path);
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
    if (durability == Durability.FLUSH) {
      environment.sync();
    }
  }

  @Override
  protected void release() throws IOException {
    try {
      if (writer != null) {
        sync();
      }
    } finally {
      environment.leave();
      if (writer != null) {
        writer.thread().close();
        writer.lock().close();
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
        txn -> txn.find(id) ? Optional.of(image(txn, id, verify)) : Optional.empty());
  }

  private LabeledImage image(ReadTransaction txn, long id, boolean verify) {
    ImageRecord record = txn.record();
    ImageShape shape = record.shape();
    Slice value = txn.pixels(id, record.staged(), shape.byteCount());
    ByteBuffer pixels = NativeMemory.buffer(value.address, (int) value.size);
    if (verify) {
      txn.verify(id, pixels, record.checksum());
    }
    return new LabeledImage(id, Image.of(shape, pixels.rewind()), record.label());
  }

  @Override
  protected List<LabeledImage> scan(long firstId, int count) throws IOException {
    return environment.read(
        txn -> {
          List<LabeledImage> images = new ArrayList<>();
          IdCursor index = txn.index();
          for (long id = index.seek(firstId);
              id != IdCursor.END && images.size() < count;
              id = index.next()) {
            try {
              txn.readRecord(id);
              images.add(image(txn, id, verifyChecksums));
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
        txn -> {
          FoundImages found = txn.found();
          found.clear();
          for (long id : ids) {
            if (!txn.find(id)) {
              throw new ImageNotFoundException(location(), id);
            }
            checkShape(id, txn.record().shape(), into.shape());
            found.add(id, txn.record());
          }
          into.fill(
              ids.length,
              (pixels, intoIds, labels) -> copy(txn, found, into.shape(), pixels, intoIds, labels));
          return into;
        });
  }

  @Override
  protected ImageBatch readRange(long firstId, int count) throws IOException {
    return environment.read(
        txn -> {
          FoundImages found = new FoundImages();
          ImageShape shape = NO_SHAPE;
          IdCursor index = txn.index();
          for (long id = index.seek(firstId);
              id != IdCursor.END && found.size() < count;
              id = index.next()) {
            txn.readRecord(id);
            if (found.size() == 0) {
              shape = txn.record().shape();
            }
            checkShape(id, txn.record().shape(), shape);
            found.add(id, txn.record());
          }
          ImageShape common = shape;
          ImageBatch batch = ImageBatch.allocate(common, found.size());
          batch.fill(
              found.size(), (pixels, ids, labels) -> copy(txn, found, common, pixels, ids, labels));
          return batch;
        });
  }

  private void checkShape(long id, ImageShape shape, ImageShape expected) {
    if (!shape.equals(expected)) {
      throw new ShapeMismatchException(
          "image "
              + id
              + " in store "
              + location()
              + " is "
              + shape
              + ", but the batch holds images of "
              + expected);
    }
  }

  private void copy(
      ReadTransaction txn,
      FoundImages found,
      ImageShape shape,
      ByteBuffer pixels,
      long[] ids,
      int[] labels) {
    int imageBytes = (int) shape.byteCount();
    try {
      long address = NativeMemory.addressOf(pixels);
      for (int i = 0; i < found.size(); i++, address += imageBytes) {
        Slice value = txn.pixels(found.id(i), found.staged(i), imageBytes);
        NativeMemory.copy(value.address, address, imageBytes);
        if (verifyChecksums) {
          pixels.limit((i + 1) * imageBytes).position(i * imageBytes);
          txn.verify(found.id(i), pixels, found.checksum(i));
        }
      }
    } finally {
      Reference.reachabilityFence(pixels); // its memory must outlive the address
    }
    found.copyTo(ids, labels);
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) throws IOException {
    return environment
        .read(
            txn -> txn.find(id) ? Optional.of(txn.record().shape()) : Optional.<ImageShape>empty())
        .orElse(null);
  }

  @Override
  protected OptionalInt labelOf(long id) throws IOException {
    return environment.read(
        txn -> txn.find(id) ? OptionalInt.of(txn.record().label()) : OptionalInt.empty());
  }

  @Override
  protected long[] idsFrom(long firstId, int count) throws IOException {
    return environment.read(
        txn -> {
          long[] ids = new long[Math.min(count, 1024)];
          int size = 0;
          IdCursor index = txn.index();
          for (long id = index.seek(firstId);
              id != IdCursor.END && size < count;
              id = index.next()) {
            if (size == ids.length) {
              ids = Arrays.copyOf(ids, (int) Math.min(count, 2L * size));
            }
            ids[size++] = id;
          }
          return Arrays.copyOf(ids, size);
        });
  }

  @Override
  protected long count() throws IOException {
    return environment.read(ReadTransaction::count);
  }

  @Override
  protected StoreInfo describe() throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(location())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += file.toFile().length();
      }
    }
    return new StoreInfo(
        BACKEND,
        location(),
        count(),
        bytes,
        headerOf(environment, location()).labelNames(),
        EnumSet.allOf(Capability.class));
  }
}
