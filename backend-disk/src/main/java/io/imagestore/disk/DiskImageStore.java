package io.imagestore.disk;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreInfo;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Keeps images as files, which any viewer opens, beside a label table, which any spreadsheet opens.
 *
 * <p>Takes encoded images of any format, byte for byte, and raw ones of any extents with 1 (gray),
 * 2 (gray and alpha), 3 (RGB) or 4 channels (RGBA) of 8 or 16 bits, which become PNG files.
 *
 * <h2>The folder</h2>
 *
 * <pre>{@code
 * labels.csv              the label table
 * metadata.jsonl          the metadata, if there is any
 * images/000/0.png        the first thousand files
 * images/000/1.jpg
 * images/001/1000.png     the next thousand
 * state                   whether the store was closed in order
 * lock                    while the store is open for writing
 * }</pre>
 *
 * <p>A file is named by its image's id, and ends in {@code png} if the image is raw, in {@code jpg}
 * if it is encoded as {@code jpeg}, else in the name of its format. Files are numbered in the order
 * in which they are written, and a folder takes a thousand numbers; a file whose number isn't its
 * id too, because the image was overwritten or the ids are far apart, has it in its name: {@code
 * images/004/17-4711.png}. The label table says which file is an image's own. Any PNG may take the
 * place of a raw image's file if its pixels are the same, whatever its encoding; the file of an
 * encoded image must stay as it is. What lies beside them under other names, such as {@code
 * 17.txt}, is left alone; what is named like an image's file is taken for one that a crash has left
 * over, and removed, or laid aside by a repair.
 *
 * <h2>The label table</h2>
 *
 * <pre>{@code
 * #{"format":"imagestore-disk","version":1,"labelNames":["cat","dog"]}
 * id,label,height,width,channels,sample_type,encoding,file,bytes,crc32c,metadata_file,…
 * 0,1,32,32,3,uint8,raw,images/000/0.png,2419,3735928559,,0,0,0,4022250974
 * 1,0,375,500,3,uint8,jpeg,images/000/1.jpg,95127,195948557,metadata.jsonl,19,29,305419896,…
 * # commit of 2 rows, flushed to 0, crc32c 1f0a6f7e
 * 0,0,0,0,0,,,,0,0,,0,0,0,0
 * # commit of 1 rows, flushed to 0, crc32c 5b2e11aa
 * # flushed
 * }</pre>
 *
 * <p>It is only ever appended to. The last row of an id counts; one without a file says that the
 * image was deleted. Of an image it tells:
 *
 * <table>
 * <caption>The columns</caption>
 * <tr><th>column</th><th>content</th></tr>
 * <tr><td>{@code id, label}</td><td>integers of 64 and 32 bits</td></tr>
 * <tr><td>{@code height, width, channels}</td><td>the extents of the pixels</td></tr>
 * <tr><td>{@code sample_type}</td><td>{@code uint8}, {@code uint16}; {@code float32} where an
 *     encoded image has such</td></tr>
 * <tr><td>{@code encoding}</td><td>{@code raw}, or the format of an encoded image, such as {@code
 *     jpeg}; should a format be called raw, its files don't end in {@code png}</td></tr>
 * <tr><td>{@code file, bytes}</td><td>the file's path, and the length it was written with</td></tr>
 * <tr><td>{@code crc32c}</td><td>of a raw image's pixels in HWC order, samples little-endian; of an
 *     encoded one's file</td></tr>
 * <tr><td>{@code metadata_file, metadata_at, metadata_bytes}</td><td>where the metadata lies;
 *     nothing, 0, 0 if there is none</td></tr>
 * <tr><td>{@code metadata_crc32c}</td><td>of those bytes; 0 if there are none</td></tr>
 * <tr><td>{@code record_crc32c}</td><td>the checksum that {@link
 *     io.imagestore.spi.Checksums#ofRecord Checksums} defines, of id, label, shape, sample type,
 *     format and the two checksums before</td></tr>
 * </table>
 *
 * <p>The rows of a call count once the line that commits them follows. It tells how many they are,
 * how much of the table was on the device by then, and the CRC-32C of all bytes from the beginning
 * of the commit before, or of the table, up to the number itself. {@code # flushed} says that all
 * files and metadata named before are on the device. What follows the last commit is what a crash
 * has left of a call, and is dropped when the store is opened for writing; anything else that isn't
 * as it was written is damage, and a {@link io.imagestore.CorruptStoreException}: {@code state}
 * helps to tell the two apart. When most of a table is outdated, opening the store writes it anew,
 * in one step.
 *
 * <h2>The metadata</h2>
 *
 * <pre>{@code
 * {"id":1,"metadata":{"file":"dogs/n02085620.jpg"}}
 * }</pre>
 *
 * <p>A line an image, only ever appended to; the row in the label table tells where in it the JSON
 * text lies, which comes back byte for byte: it holds no line break, for {@link
 * io.imagestore.LabeledImage} has made spaces of those. Lines that no row names are outdated, or
 * what a crash has left; the latter are cut off when the store is opened for writing. When most of
 * the file is outdated, the next opening writes another, {@code metadata-1.jsonl} and so on, and
 * the table that names it.
 *
 * <p>In Python, with pandas and Pillow:
 *
 * <pre>{@code
 * table = pandas.read_csv("labels.csv", comment="#")
 * table = table.drop_duplicates("id", keep="last").dropna(subset="file")
 * for row in table.itertuples():
 *     image = PIL.Image.open(row.file)
 *     if row.metadata_bytes:
 *         with open(row.metadata_file, "rb") as lines:
 *             lines.seek(row.metadata_at)
 *             metadata = json.loads(lines.read(row.metadata_bytes))
 * }</pre>
 *
 * <p>{@code pandas.read_json("metadata.jsonl", lines=True)} takes all lines at once, the outdated
 * ones too.
 *
 * <h2>Durability</h2>
 *
 * <p>The default is {@link io.imagestore.Durability#FLUSH}: a {@code put} costs writing a file and
 * two lines of the table, and waits for no device. {@code flush} and {@code close} force each new
 * file, its folder, the metadata and the table to the device, many at a time; then they remove the
 * files that overwriting and deleting have made superfluous. If the power is lost before, the next
 * opening checks every image since the last flush, and drops the calls from the first one on whose
 * rows, files or metadata didn't make it, each call whole. With {@link
 * io.imagestore.Durability#COMMIT} each call does that forcing itself, which takes some
 * milliseconds for a {@code put}.
 *
 * <p>A call that fails is taken back, and its exception says so; in the one case where that can't
 * be done, it says that the call is stored. After a failed {@code flush} nobody can tell what has
 * reached the device: the store is read as before, but takes no more writes until it is opened
 * again, which writes all that isn't known to be there once more.
 *
 * <h2>Threads, processes, memory</h2>
 *
 * <p>{@code putBatch} and {@code readBatch} encode and decode on {@link DiskOptions#threads}
 * threads; single images are dealt with by the calling thread. A writing store holds a lock on the
 * file {@code lock}; other processes may open the store read-only, even on media that can't be
 * written, and see it as it was when they opened it, but an image that was overwritten or deleted
 * since as it is now. A {@code putBatch} in flight holds some 16 MiB of images; the index takes
 * some 70 bytes an image, and 30 more if it has metadata. {@link StoreInfo#bytesOnDisk} is the
 * length of the images' files, the table and the metadata together; file systems round each file
 * up, commonly to 4096 bytes.
 */
public final class DiskImageStore {
  static final String BACKEND = "disk";

  private DiskImageStore() {}

  /**
   * Opens a store to read and write, and makes it where there is none.
   *
   * @param path a folder, or where one shall be, in the default file system
   * @return the open store
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version, or the path is in another file system
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws io.imagestore.CorruptStoreException if the label table is damaged or missing
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path) {
    return open(path, DiskOptions.defaults());
  }

  /**
   * Opens a store to read and write.
   *
   * @param path a folder, or where one shall be, in the default file system
   * @param options how
   * @return the open store
   * @throws IllegalArgumentException if the label names take 16 MiB or more
   * @throws io.imagestore.StoreExistsException if there is something where the store was to be new
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version, or the path is in another file system
   * @throws io.imagestore.StoreLockedException if it is open for writing already
   * @throws io.imagestore.CorruptStoreException if the label table is damaged or missing
   * @throws ImageStoreException if the file system fails
   */
  public static ImageStore open(Path path, DiskOptions options) {
    return open(path, options, StoreFiles.ofSystem());
  }

  static ImageStore open(Path path, DiskOptions options, StoreFiles files) {
    Objects.requireNonNull(options, "options");
    return opened(path, () -> new StoreOpener(path, options, files).openToWrite());
  }

  /**
   * Opens a store to read.
   *
   * @param path a folder in the default file system
   * @return the open source
   * @throws io.imagestore.StoreNotFoundException if there is no store
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version, or the path is in another file system
   * @throws io.imagestore.CorruptStoreException if the label table is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path) {
    return openReadOnly(path, DiskOptions.defaults());
  }

  /**
   * Opens a store to read.
   *
   * @param path a folder in the default file system
   * @param options how, none of them about writing
   * @return the open source
   * @throws IllegalArgumentException if an option is about writing
   * @throws io.imagestore.StoreNotFoundException if there is no store
   * @throws io.imagestore.UnsupportedStoreException if something else lies there, or a store of a
   *     later format version, or the path is in another file system
   * @throws io.imagestore.CorruptStoreException if the label table is damaged
   * @throws ImageStoreException if the file system fails
   */
  public static ImageSource openReadOnly(Path path, DiskOptions options) {
    options.requireForReading();
    return opened(path, () -> new StoreOpener(path, options, StoreFiles.ofSystem()).openReadOnly());
  }

  private interface Opening<S> {
    S run() throws IOException;
  }

  private static <S> S opened(Path path, Opening<S> opening) {
    Objects.requireNonNull(path, "path");
    StoreFiles.requireDefaultFileSystem(path);
    try {
      return opening.run();
    } catch (IOException e) {
      throw IoFailure.of("opening store " + path + " failed", e);
    }
  }

  /** Whether there is something to open, be it damaged or of a later version. */
  static boolean isAt(Path path) {
    Path table = path.resolve(TableFormat.FILE);
    if (!Files.isRegularFile(table)) {
      return ArticleLabels.areAt(path);
    }
    try (InputStream in = Files.newInputStream(table)) {
      byte[] start = in.readNBytes(TableFormat.HEADER_PREFIX.length());
      return new String(start, StandardCharsets.US_ASCII).equals(TableFormat.HEADER_PREFIX);
    } catch (IOException e) {
      return false; // what can't be read can't be recognised
    }
  }
}
