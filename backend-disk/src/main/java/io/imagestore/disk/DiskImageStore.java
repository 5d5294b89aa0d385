package io.imagestore.disk;

import io.imagestore.Capability;
import io.imagestore.CorruptImageException;
import io.imagestore.ImageBatch;
import io.imagestore.ImageNotFoundException;
import io.imagestore.ImageShape;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreInfo;
import io.imagestore.internal.DefaultFileSystem;
import io.imagestore.spi.AbstractImageStore;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps images as PNG files, which any viewer opens, beside a label table, which any spreadsheet
 * opens.
 *
 * <p>Takes images of any shape, with 1 (gray), 2 (gray and alpha), 3 (RGB) or 4 channels (RGBA).
 *
 * <h2>The folder</h2>
 *
 * <pre>{@code
 * labels.csv              the label table
 * images/000/0.png        the first thousand files
 * images/000/1.png
 * images/001/1000.png     the next thousand
 * lock                    while the store is open for writing
 * }</pre>
 *
 * <p>A file is named by its image's id. Files are numbered in the order in which they are written,
 * and a folder takes a thousand numbers; a file whose number isn't its id too, because the image
 * was overwritten or the ids are far apart, has it in its name: {@code images/004/17-4711.png}. The
 * label table says which file is an image's own. Any PNG of up to 8 bits a sample may take the
 * place of a file if its pixels are the same, whatever its encoding.
 *
 * <h2>The label table</h2>
 *
 * <pre>{@code
 * #{"format":"imagestore-disk","version":1,"labelNames":["cat","dog"]}
 * id,label,height,width,channels,crc32c,bytes,file
 * 0,1,32,32,3,3735928559,2419,images/000/0.png
 * 1,0,32,32,3,195948557,2561,images/000/1.png
 * # commit of 2 rows, crc32c 1f0a6f7e
 * 0,0,0,0,0,0,0,
 * # commit of 1 rows, crc32c 5b2e11aa
 * # flushed
 * }</pre>
 *
 * <p>It is only ever appended to. The last row of an id counts; one without a file says that the
 * image was deleted. The rows of a call count once the line that commits them follows: it tells how
 * many they are, and the CRC-32C of their bytes. What follows the last such line is what a crash
 * has left of a call, and is dropped when the store is opened for writing. {@code crc32c} is the
 * CRC-32C of the pixels in HWC order, {@code bytes} the length of the file. When most of a table is
 * outdated, opening the store writes it anew, in one step. In Python:
 *
 * <pre>{@code
 * table = pandas.read_csv("labels.csv", comment="#")
 * table = table.drop_duplicates("id", keep="last").dropna(subset="file")
 * }</pre>
 *
 * <h2>Durability</h2>
 *
 * <p>The default is {@link io.imagestore.Durability#FLUSH}: a {@code put} costs writing a file and
 * two lines of the table, and waits for no device. {@code flush} and {@code close} force each new
 * file, its folder and the table to the device, many at a time; then they remove the files that
 * overwriting and deleting have made superfluous. If the power is lost before, the next opening
 * checks every image since the last flush, and drops the calls from the first one on whose files
 * didn't make it, each call whole. With {@link io.imagestore.Durability#COMMIT} each call does that
 * forcing itself, which takes some milliseconds for a {@code put}.
 *
 * <h2>Threads, processes, memory</h2>
 *
 * <p>{@code putBatch} and {@code readBatch} encode and decode on {@link DiskOptions#threads}
 * threads; single images are dealt with by the calling thread. A writing store holds a lock on the
 * file {@code lock}; other processes may open the store read-only, even on media that can't be
 * written, and see it as it was when they opened it, but an image that was overwritten or deleted
 * since as it is now. A {@code putBatch} in flight holds some 16 MiB of pixels; the index takes
 * some 60 bytes an image. {@link StoreInfo#bytesOnDisk} is the length of the images' files and of
 * the table together; file systems round each file up, commonly to 4096 bytes.
 */
public final class DiskImageStore extends AbstractImageStore {
  static final String BACKEND = "disk";

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.MIXED_SHAPES, Capability.PERSISTENT, Capability.READ_BY_OTHER_PROCESSES);

  private final List<String> labelNames;
  private final Index index;
  private final Parts parts;
  private final ImageReader reader;
  private final @Nullable StoreWriter writer;

  DiskImageStore(
      Path path,
      DiskOptions options,
      List<String> labelNames,
      Index index,
      Parts parts,
      @Nullable StoreWriter writer) {
    super(path, options);
    this.labelNames = labelNames;
    this.index = index;
    this.parts = parts;
    this.writer = writer;
    reader =
        new ImageReader(
            path, parts.files, parts.codecs, index, options.maxPixels(), options.verifyChecksums());
  }

  /**
   * Opens a store for reading and writing, and makes it where there is none.
   *
   * @param path a folder, or where one shall be, in the default file system
   * @return the open store
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version, or the path is in another file system
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws io.imagestore.CorruptStoreException if the label table is damaged before the last flush
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path) {
    return open(path, DiskOptions.defaults());
  }

  /**
   * Opens a store.
   *
   * @param path a folder, or where one shall be, in the default file system
   * @param options how
   * @return the open store
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version; if there is nothing to be read only, or something where the store was
   *     to be new; if the path is in another file system
   * @throws io.imagestore.StoreLockedException if it is open for writing already, and shall be
   *     opened for writing
   * @throws io.imagestore.CorruptStoreException if the label table is damaged before the last flush
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, DiskOptions options) {
    return open(path, options, StoreFiles.ofSystem());
  }

  static ImageStore open(Path path, DiskOptions options, StoreFiles files) {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(options, "options");
    DefaultFileSystem.require(path);
    try {
      return new StoreOpener(path, options, files).open();
    } catch (IOException e) {
      throw new ImageStoreException("opening store " + path + " failed: " + e.getMessage(), e);
    }
  }

  /** Whether there is something to open, be it damaged or of a later version. */
  static boolean isAt(Path path) {
    Path table = path.resolve(TableFormat.FILE);
    if (!Files.isRegularFile(table)) {
      return NumberedLabels.areAt(path);
    }
    try (InputStream in = Files.newInputStream(table)) {
      byte[] start = in.readNBytes(TableFormat.HEADER_PREFIX.length());
      return new String(start, StandardCharsets.US_ASCII).equals(TableFormat.HEADER_PREFIX);
    } catch (IOException e) {
      return false; // what can't be read can't be recognised
    }
  }

  @Override
  protected void write(Iterator<LabeledImage> images) throws IOException {
    writer().write(images);
  }

  @Override
  protected void write(LabeledImage image) throws IOException {
    writer().write(image);
  }

  @Override
  protected boolean remove(long id) throws IOException {
    return writer().remove(id);
  }

  @Override
  protected void sync() throws IOException {
    writer().flush();
  }

  /** There is one wherever this is called: a read-only store isn't asked to write. */
  private StoreWriter writer() {
    return Objects.requireNonNull(writer);
  }

  @Override
  protected @Nullable LabeledImage read(long id) throws IOException {
    return reader.read(id);
  }

  @Override
  protected void read(long[] ids, ImageBatch into) throws IOException {
    Entry[] entries = new Entry[ids.length];
    Snapshot snapshot = index.current();
    for (int i = 0; i < ids.length; i++) {
      entries[i] = required(ids[i], snapshot.get(ids[i]));
      requireShape(ids[i], entries[i].shape(), into.shape());
    }
    try {
      into.fill(
          ids.length, (pixels, intoIds, labels) -> fill(ids, entries, pixels, intoIds, labels));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fill(long[] ids, Entry[] entries, ByteBuffer pixels, long[] intoIds, int[] labels) {
    int imageBytes = (int) entries[0].shape().byteCount();
    try {
      parts.workers.forEach(
          ids.length,
          imageBytes,
          i -> {
            long id = ids[i];
            Entry read = required(id, reader.readInto(id, entries[i], pixels, i * imageBytes));
            requireShape(id, read.shape(), entries[i].shape());
            intoIds[i] = id;
            labels[i] = read.label();
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Entry required(long id, @Nullable Entry entry) {
    if (entry == null) {
      throw new ImageNotFoundException(location(), id);
    }
    return entry;
  }

  @Override
  protected List<LabeledImage> scan(long firstId, int count) throws IOException {
    List<LabeledImage> images = List.of();
    long from = firstId;
    while (images.isEmpty()) {
      long[] ids = idsFrom(from, count);
      if (ids.length == 0) {
        break;
      }
      images = readAll(ids);
      from = ids[ids.length - 1] + 1;
      if (from < 0) {
        break;
      }
    }
    return images;
  }

  /** Those of the images that are there, up to the first damaged one. */
  private List<LabeledImage> readAll(long[] ids) throws IOException {
    @Nullable LabeledImage[] images = new LabeledImage[ids.length];
    @Nullable CorruptImageException[] damages = new CorruptImageException[ids.length];
    long bytesEach =
        1 + Objects.requireNonNullElse(shapeOf(ids[0]), new ImageShape(1, 1, 1)).byteCount();
    parts.workers.forEach(
        ids.length,
        bytesEach,
        i -> {
          try {
            images[i] = reader.read(ids[i]);
          } catch (CorruptImageException e) {
            damages[i] = e;
          }
        });
    List<LabeledImage> whole = new ArrayList<>(ids.length);
    for (int i = 0; i < ids.length; i++) {
      if (damages[i] != null) {
        if (whole.isEmpty()) {
          throw damages[i];
        }
        break;
      }
      if (images[i] != null) {
        whole.add(images[i]);
      }
    }
    return whole;
  }

  @Override
  protected void check(long id) throws IOException {
    reader.check(id);
  }

  @Override
  protected @Nullable ImageShape shapeOf(long id) {
    Entry entry = index.current().get(id);
    return entry == null ? null : entry.shape();
  }

  @Override
  protected OptionalInt labelOf(long id) {
    Entry entry = index.current().get(id);
    return entry == null ? OptionalInt.empty() : OptionalInt.of(entry.label());
  }

  @Override
  protected long[] idsFrom(long firstId, int count) {
    return index.current().ids(firstId, count);
  }

  @Override
  protected long count() {
    return index.current().entries().size();
  }

  @Override
  protected StoreInfo describe() throws IOException {
    Snapshot snapshot = index.current();
    long bytes = snapshot.fileBytes() + Files.size(location().resolve(TableFormat.FILE));
    return new StoreInfo(
        BACKEND, location(), snapshot.entries().size(), bytes, labelNames, CAPABILITIES);
  }

  @Override
  protected void release() throws IOException {
    parts.close();
  }
}
