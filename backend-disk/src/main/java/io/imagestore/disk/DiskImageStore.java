package io.imagestore.disk;

import io.imagestore.ImageSource;
import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.StoreInfo;
import io.imagestore.internal.DefaultFileSystem;
import io.imagestore.internal.IoFailure;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

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
 * state                   whether the store was closed in order
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
 * # commit of 2 rows, flushed to 0, crc32c 1f0a6f7e
 * 0,0,0,0,0,0,0,
 * # commit of 1 rows, flushed to 0, crc32c 5b2e11aa
 * # flushed
 * }</pre>
 *
 * <p>It is only ever appended to. The last row of an id counts; one without a file says that the
 * image was deleted. The rows of a call count once the line that commits them follows. It tells how
 * many they are, how much of the table was on the device by then, and the CRC-32C of all bytes from
 * the beginning of the commit before, or of the table, up to the number itself. {@code # flushed}
 * says that all files named before are on the device. What follows the last commit is what a crash
 * has left of a call, and is dropped when the store is opened for writing; anything else that isn't
 * as it was written is damage, and a {@link io.imagestore.CorruptStoreException}: {@code state}
 * helps to tell the two apart. {@code crc32c} is the CRC-32C of the pixels in HWC order, {@code
 * bytes} the length of the file. When most of a table is outdated, opening the store writes it
 * anew, in one step. In Python:
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
 * checks every image since the last flush, and drops the calls from the first one on whose rows or
 * files didn't make it, each call whole. With {@link io.imagestore.Durability#COMMIT} each call
 * does that forcing itself, which takes some milliseconds for a {@code put}.
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
 * since as it is now. A {@code putBatch} in flight holds some 16 MiB of pixels; the index takes
 * some 60 bytes an image. {@link StoreInfo#bytesOnDisk} is the length of the images' files and of
 * the table together; file systems round each file up, commonly to 4096 bytes.
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
    DefaultFileSystem.require(path);
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
