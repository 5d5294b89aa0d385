package io.imagestore.hdf5;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.CorruptStoreException;
import io.imagestore.Image;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.OpenMode;
import io.imagestore.StoreInfo;
import io.imagestore.StoreLockedException;
import io.imagestore.StoreOptions;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.hdf5.format.ColumnSpec;
import io.imagestore.hdf5.format.FileInUseException;
import io.imagestore.hdf5.format.Hdf5FormatException;
import io.imagestore.hdf5.format.Hdf5Table;
import io.imagestore.hdf5.format.Transaction;
import io.imagestore.hdf5.format.UnsupportedHdf5Exception;
import io.imagestore.internal.DefaultFileSystem;
import io.imagestore.internal.IoFailure;
import io.imagestore.internal.PersistentLongMap;
import io.imagestore.internal.StoreHeader;
import io.imagestore.internal.StoreLock;
import io.imagestore.spi.AbstractImageStore;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Images of one shape in one HDF5 file, in the format that {@link io.imagestore.hdf5 the package}
 * describes.
 *
 * <p>A write costs what it writes, whatever the size of the file. Appended images go to the end. An
 * image that is replaced or deleted has its chunk, by default about 1 MiB, written anew elsewhere;
 * the last image moves into the hole of a deleted one. The space of old chunks is used again, after
 * the next flush at the earliest. With compression, the last chunk lies uncompressed until it is
 * full or the store is closed.
 *
 * <p>The pixels of an {@link ImageBatch} go to the file from where they are; images that come one
 * by one are gathered first, which is half as fast.
 *
 * <p><b>Durability.</b> While the store is open for writing, a journal lies beside the file, named
 * like it with {@code .journal} behind, and a lock file with {@code .lock}. Keep the journal with
 * the file: from it, the next opening finishes or takes back what a crash cut short. After a clean
 * close there is the file alone.
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
 * refused as damaged, and can be deleted.
 *
 * <p><b>Other readers.</b> Between two writes the file alone is a whole HDF5 file with all of them,
 * behind whose end there may be a hole that takes no room. An HDF5 program that reads it just while
 * a write ends, or after the process was killed just then, may see the write before, datasets of
 * different lengths, or a wrong checksum. After a loss of power, open the store here before any
 * other program does. An {@code Hdf5ImageStore} in another process, opened read-only, writes
 * nothing and sees the last whole write before it was opened; when something of that was
 * overwritten, it goes over to the last whole write of that moment, for which it reads all ids
 * anew.
 *
 * <p>Reading copies from a mapping of the file, or from a bounded cache of decompressed chunks.
 * Memory taken is some 30 bytes an image for its id, and 8 to 40 bytes a chunk. At most 2^31 - 1
 * images fit, and label names of together less than 64 KiB.
 */
public final class Hdf5ImageStore extends AbstractImageStore {

  static final String BACKEND = "hdf5";

  private static final String FORMAT = "imagestore-hdf5";
  private static final int VERSION = 1;

  /** The attribute of the root group that holds the header. */
  private static final String ATTRIBUTE = "imagestore";

  private static final Set<Capability> CAPABILITIES =
      Set.of(Capability.ANY_CHANNELS, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final boolean durableCommits;
  private final boolean verifyChecksums;
  private final Hdf5Options options;
  private final @Nullable StoreLock lock;
  private final List<String> labelNames;
  private final StoreState state;
  private final @Nullable WrittenState written;
  private final Blocks blocks = new Blocks();

  private Hdf5ImageStore(
      Path location,
      Hdf5Options options,
      @Nullable StoreLock lock,
      StoreState state,
      List<String> labelNames) {
    super(location, options);
    this.options = options;
    this.durableCommits = options.durableCommits();
    this.verifyChecksums = options.verifyChecksums();
    this.lock = lock;
    this.state = state;
    this.written = state instanceof WrittenState own ? own : null;
    this.labelNames = labelNames;
  }

  /**
   * Opens a store for reading and writing; makes it if there is none.
   *
   * @param path an {@code .h5} file, in the default file system; its folder is made if need be
   * @return the open store
   * @throws UnsupportedStoreException if the file is no image store, or of a later version, or the
   *     path is in another file system
   * @throws StoreLockedException if it is open for writing already
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path) {
    return open(path, Hdf5Options.defaults());
  }

  /**
   * Opens a store.
   *
   * @param path an {@code .h5} file, in the default file system; its folder is made if need be
   * @param options how to open it
   * @return the open store
   * @throws UnsupportedStoreException if the file is no image store, or of a later version, or
   *     shall be written to and is of another making, or its being there doesn't fit the mode, or
   *     the path is in another file system
   * @throws StoreLockedException if it is open for writing already, and shall be opened for writing
   * @throws CorruptStoreException if it is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, StoreOptions options) {
    return open(path, options, StoreFiles.ofSystem());
  }

  static ImageStore open(Path path, StoreOptions options, StoreFiles files) {
    Hdf5Options own = Hdf5Options.from(options);
    DefaultFileSystem.require(path);
    try {
      return own.mode() == OpenMode.READ_ONLY
          ? openReadOnly(path, own)
          : openForWriting(path, own, files);
    } catch (IOException e) {
      throw explained(path, e);
    }
  }

  private static ImageStoreException explained(Path path, IOException e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    if (e instanceof Hdf5FormatException) {
      return new CorruptStoreException(
          "store " + path + " is damaged: " + reason + "; restore it from a copy", e);
    }
    if (e instanceof UnsupportedHdf5Exception) {
      return new UnsupportedStoreException(
          "store "
              + path
              + " uses what can be read only, if at all: "
              + reason
              + "; open it read-only",
          e);
    }
    if (e instanceof FileInUseException) {
      return new StoreLockedException("store " + path + " is in use: " + reason, e);
    }
    return IoFailure.of("opening store " + path + " failed", e);
  }

  private static ImageStore openForWriting(Path path, Hdf5Options options, StoreFiles files)
      throws IOException {
    if (Files.isDirectory(path)) {
      throw new UnsupportedStoreException(path + " is a folder; an HDF5 store is a file");
    }
    Path file = realFile(path, files);
    StoreLock lock = StoreLock.acquire(file.resolveSibling(file.getFileName() + ".lock"), path);
    boolean kept = false;
    try {
      ImageStore store = openForWriting(file, path, options, lock, files);
      kept = true;
      return store;
    } finally {
      if (!kept) {
        lock.close();
      }
    }
  }

  /** The same for all names that a file has by links, for lock and journal lie beside it. */
  private static Path realFile(Path path, StoreFiles files) throws IOException {
    if (Files.exists(path)) {
      return path.toRealPath();
    }
    Path absolute = path.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder != null && !Files.exists(folder)) {
      files.createFolders(folder);
    }
    return absolute;
  }

  private static ImageStore openForWriting(
      Path file, Path path, Hdf5Options options, StoreLock lock, StoreFiles files)
      throws IOException {
    boolean exists = Files.exists(file);
    if (exists && options.mode() == OpenMode.CREATE_NEW) {
      throw new UnsupportedStoreException(
          "a new store can't be made at " + path + ": there is something already");
    }
    // A file of no bytes is what a crash can leave of one that was being made.
    boolean fresh = !exists || Files.size(file) == 0;
    List<String> freshNames = options.labelNames().orElse(List.of());
    Hdf5Table table =
        fresh ? make(file, freshNames, options, files) : open(file, path, options, files);
    boolean kept = false;
    try {
      WrittenState state = new WrittenState(table, Snapshot.load(table.view(), path));
      List<String> names = fresh ? freshNames : labelNames(table, path, options);
      ImageStore store = new Hdf5ImageStore(path, options, lock, state, names);
      kept = true;
      return store;
    } finally {
      if (!kept) {
        table.close();
      }
    }
  }

  private static Hdf5Table make(
      Path file, List<String> labelNames, Hdf5Options options, StoreFiles files)
      throws IOException {
    String header = new StoreHeader(FORMAT, VERSION, labelNames).toJson();
    return Hdf5Table.create(
        file, Map.of(ATTRIBUTE, header), Columns.NAMES, options.chunkCacheBytes(), files);
  }

  private static Hdf5Table open(Path file, Path path, Hdf5Options options, StoreFiles files)
      throws IOException {
    Hdf5Table table;
    try {
      table = Hdf5Table.open(file, Columns.NAMES, options.chunkCacheBytes(), files);
    } catch (Hdf5FormatException | UnsupportedHdf5Exception e) {
      if (isOurs(file, path)) {
        throw e;
      }
      throw foreign(path);
    }
    if (table.attribute(ATTRIBUTE).isEmpty()) {
      table.close();
      throw foreign(path);
    }
    return table;
  }

  private static UnsupportedStoreException foreign(Path path) {
    return new UnsupportedStoreException(
        "the HDF5 file "
            + path
            + " is of another making, which can be read only; open it with OpenMode.READ_ONLY");
  }

  /** Whether a file that can't be opened as a store is one nevertheless. */
  private static boolean isOurs(Path file, Path path) throws IOException {
    if (!Hdf5ImageStoreProvider.isHdf5(file)) {
      throw new UnsupportedStoreException(path + " is no HDF5 file");
    }
    try {
      return Hdf5Table.readAttribute(file, ATTRIBUTE)
          .map(json -> StoreHeader.parse(json, FORMAT, VERSION, path))
          .isPresent();
    } catch (UnsupportedHdf5Exception e) {
      return false;
    } catch (Hdf5FormatException e) {
      return true; // its damage is why it can't be opened
    }
  }

  private static StoreHeader header(Hdf5Table table, Path path) {
    String json =
        table
            .attribute(ATTRIBUTE)
            .orElseThrow(() -> new CorruptStoreException("store " + path + " has lost its header"));
    return StoreHeader.parse(json, FORMAT, VERSION, path);
  }

  /** The names asked for, which become those stored. */
  private static List<String> labelNames(Hdf5Table table, Path path, Hdf5Options options)
      throws IOException {
    List<String> stored = header(table, path).labelNames();
    List<String> wanted = options.labelNames().orElse(stored);
    if (!wanted.equals(stored)) {
      try (Transaction transaction = table.begin()) {
        transaction.attribute(ATTRIBUTE, new StoreHeader(FORMAT, VERSION, wanted).toJson());
        transaction.commit(options.durableCommits());
      }
    }
    return wanted;
  }

  private static ImageStore openReadOnly(Path path, Hdf5Options options) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new UnsupportedStoreException("there is no HDF5 file at " + path);
    }
    Path file = path.toRealPath();
    Hdf5Table table = openOwn(file, path, options);
    if (table == null) {
      return ForeignHdf5Store.open(path, options);
    }
    StoreState state = WatchedState.of(table, file, path, options.chunkCacheBytes());
    boolean kept = false;
    try {
      List<String> names = header(table, path).labelNames();
      ImageStore store = new Hdf5ImageStore(path, options, null, state, names);
      kept = true;
      return store;
    } finally {
      if (!kept) {
        state.close();
      }
    }
  }

  /** The table, or null if the file is of another making. */
  private static @Nullable Hdf5Table openOwn(Path file, Path path, Hdf5Options options)
      throws IOException {
    Hdf5Table table;
    try {
      table = Hdf5Table.openReadOnly(file, Columns.NAMES, options.chunkCacheBytes());
    } catch (Hdf5FormatException | UnsupportedHdf5Exception e) {
      if (isOurs(file, path)) {
        throw e;
      }
      return null;
    }
    if (table.attribute(ATTRIBUTE).isEmpty()) {
      table.close();
      return null;
    }
    return table;
  }

  // Writing.

  @Override
  protected void write(Iterator<LabeledImage> images) throws IOException {
    if (!images.hasNext()) {
      return;
    }
    try (StoreWrite write = begin()) {
      blocks.forEach(
          images, image -> write.requireShape(image.id(), image.image().shape()), write::add);
      publish(write.commit());
    }
  }

  @Override
  protected void write(LabeledImage image) throws IOException {
    write(blocks.of(image));
  }

  @Override
  protected void write(ImageBatch batch) throws IOException {
    try (StoreWrite write = begin()) {
      write.add(batch);
      publish(write.commit());
    }
  }

  private StoreWrite begin() throws IOException {
    WrittenState own = written();
    return new StoreWrite(own.table().begin(), own.snapshot(), location(), options);
  }

  /** The last row moves into the hole, so that rows stay without gaps. */
  @Override
  protected boolean remove(long id) throws IOException {
    WrittenState own = written();
    Snapshot before = own.snapshot();
    Integer hole = before.rows().get(id);
    if (hole == null) {
      return false;
    }
    PersistentLongMap<Integer> rows = before.rows().without(id);
    try (Transaction transaction = own.table().begin()) {
      int last = (int) transaction.rows() - 1;
      if (hole != last) {
        List<ColumnSpec> columns = before.table().columns();
        for (int column = 0; column < columns.size(); column++) {
          byte[] moved = new byte[columns.get(column).rowBytes()];
          before.table().get(column, last, ByteBuffer.wrap(moved));
          transaction.replace(hole, column, ByteBuffer.wrap(moved));
        }
        rows = rows.with(before.table().getLong(Columns.IDS, last), hole);
      }
      transaction.shrink(last);
      publish(before.after(transaction.commit(durableCommits), rows));
    }
    return true;
  }

  private void publish(Snapshot committed) {
    written().publish(committed);
  }

  private WrittenState written() {
    return Objects.requireNonNull(written, "read-only");
  }

  @Override
  protected void sync() throws IOException {
    written().table().checkpoint();
  }

  @Override
  protected void release() throws IOException {
    try {
      state.close();
    } finally {
      if (lock != null) {
        lock.close();
      }
    }
  }

  // Reading.

  private <T> T reading(StoreState.Step<T> step) throws IOException {
    try {
      return state.read(step);
    } catch (InternalError e) {
      // What the JVM makes of a mapped page that is gone.
      throw new CorruptStoreException(
          "store " + location() + " was cut off while it was open; restore it from a copy", e);
    }
  }

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    return reading(snapshot -> Optional.ofNullable(read(snapshot, id, verifyChecksums)))
        .orElse(null);
  }

  private @Nullable LabeledImage read(Snapshot snapshot, long id, boolean verify)
      throws IOException {
    Integer row = snapshot.rows().get(id);
    ImageShape shape = snapshot.shape();
    if (row == null || shape == null) {
      return null;
    }
    ByteBuffer pixels = ByteBuffer.allocate((int) shape.byteCount());
    readPixels(snapshot, id, row, pixels);
    if (verify) {
      check(snapshot, id, row, pixels.flip());
    }
    return new LabeledImage(id, Image.of(shape, pixels.rewind()), snapshot.label(row));
  }

  private void readPixels(Snapshot snapshot, long id, int row, ByteBuffer into) throws IOException {
    try {
      snapshot.table().get(Columns.IMAGES, row, into);
    } catch (Hdf5FormatException e) {
      throw new CorruptImageException(location(), id, String.valueOf(e.getMessage()), e);
    }
  }

  private void check(Snapshot snapshot, long id, int row, ByteBuffer pixels) throws IOException {
    int expected = snapshot.checksum(row);
    int actual = Checksum.of(pixels);
    if (expected != actual) {
      throw new CorruptImageException(
          location(),
          id,
          String.format("its CRC-32C should be %08x, but is %08x", expected, actual));
    }
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    try {
      reading(
          snapshot -> {
            fill(snapshot, ids, into);
            return true;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fill(Snapshot snapshot, long[] ids, ImageBatch into) {
    int[] rows = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      Integer row = snapshot.rows().get(ids[i]);
      if (row == null) {
        throw new ImageNotFoundException(location(), ids[i]);
      }
      rows[i] = row;
    }
    requireShape(ids[0], Objects.requireNonNull(snapshot.shape()), into.shape());
    into.fill(
        ids.length,
        (pixels, idsInto, labels) -> {
          System.arraycopy(ids, 0, idsInto, 0, ids.length);
          try {
            fill(snapshot, ids, rows, pixels, labels);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private void fill(Snapshot snapshot, long[] ids, int[] rows, ByteBuffer pixels, int[] labels)
      throws IOException {
    ByteBuffer toCheck = pixels.duplicate();
    for (int i = 0; i < rows.length; i++) {
      int start = pixels.position();
      readPixels(snapshot, ids[i], rows[i], pixels);
      if (verifyChecksums) {
        check(snapshot, ids[i], rows[i], toCheck.limit(pixels.position()).position(start));
      }
      labels[i] = snapshot.label(rows[i]);
    }
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) {
    Snapshot snapshot = state.snapshot();
    return snapshot.rows().get(id) == null ? null : snapshot.shape();
  }

  @Override
  protected OptionalInt labelOf(long id) throws IOException {
    return reading(
        snapshot -> {
          Integer row = snapshot.rows().get(id);
          return row == null ? OptionalInt.empty() : OptionalInt.of(snapshot.label(row));
        });
  }

  @Override
  protected long[] idsFrom(long firstId, int count) {
    return state.snapshot().rows().idsFrom(firstId, count);
  }

  @Override
  protected long count() {
    return state.snapshot().rows().size();
  }

  @Override
  protected void check(long id) throws IOException {
    reading(snapshot -> Optional.ofNullable(read(snapshot, id, true)));
  }

  @Override
  protected StoreInfo describe() {
    Snapshot snapshot = state.snapshot();
    return new StoreInfo(
        BACKEND,
        location(),
        snapshot.rows().size(),
        snapshot.table().bytes(),
        labelNames,
        CAPABILITIES);
  }
}
