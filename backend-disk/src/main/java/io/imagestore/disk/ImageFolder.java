package io.imagestore.disk;

import io.imagestore.CorruptStoreException;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.StoreNotFoundException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder of image files, as people have them: a folder for each class, or a table that tells the
 * classes.
 *
 * <pre>{@code
 * ImageFolder folder = ImageFolder.open(Path.of("pets"));
 * StoreOptions named = StoreOptions.builder().labelNames(folder.classNames()).build();
 * try (ImageStore store = ImageStores.open("lmdb", Path.of("pets-lmdb"), named);
 *     Stream<LabeledImage> images = folder.images()) {
 *   store.putBatch(images);
 * }
 * }</pre>
 *
 * <h2>A folder for each class</h2>
 *
 * <p>{@code pets/cat/1.jpg}, {@code pets/dog/rex/3.png}: at any depth, as PyTorch's {@code
 * ImageFolder} reads it. Classes are sorted by name, and the place of a class is its label. Images
 * come in PyTorch's order too: class by class, folder by folder, a folder's own files before those
 * of the folders in it, each sorted by code points. Links are followed, but not round in circles.
 * Other than there, a folder whose name begins with a dot is neither a class nor looked into: some
 * tool keeps its own files there.
 *
 * <h2>A table</h2>
 *
 * <p>In the form of RFC 4180, in UTF-8; the first line names the columns:
 *
 * <pre>{@code
 * file,label,breed
 * 1.jpg,cat,Siamese
 * more/2.jpg,dog,"Poodle, toy"
 * }</pre>
 *
 * <p>If all labels are whole numbers, they are taken as they are, and there are no class names.
 * Otherwise each is a class's name, and the place of a name, sorted, is its label. Paths are those
 * from the folder on. Images come in the order of the rows.
 *
 * <h2>What becomes of a file</h2>
 *
 * <p>It is kept byte for byte, as an encoded image: gray, CMYK and 16 bits a sample stay as they
 * are. Its content says what it is, and not its name: whatever a codec on the class path knows,
 * which is JPEG and PNG at least. Where it lies is kept as metadata, {@code {"file":"cat/1.jpg"}},
 * the path from the folder on with {@code /} between names; a table's further columns follow as
 * texts, {@code "breed":"Siamese"}. Ids count the images from 0 on.
 *
 * <p>Nothing is left out in silence. A file that should be an image but can't be read as one is
 * <em>unreadable</em>: it is empty, its header is damaged, it is of a format or kind without a
 * codec, there is no permission, it is over 1 GiB; a table's file that is missing or no image, a
 * link that leads nowhere, a folder that can't be read, and a class without images count as such,
 * too. Only the header is looked at: damage behind it shows when the image is decoded. Other files,
 * which neither by content nor by extension are images, are <em>passed over</em>.
 *
 * <p>Immutable, so safe in any thread. It holds the names of one class's files at a time, and one
 * image.
 */
public final class ImageFolder {
  private final List<String> classNames;

  /** The folders of the classes; none with a table. */
  private final List<Path> classes;

  private final Lists lists;

  private interface Lists {
    FileList open() throws IOException;
  }

  private ImageFolder(List<String> classNames, List<Path> classes, Lists lists) {
    this.classNames = classNames;
    this.classes = classes;
    this.lists = lists;
  }

  /**
   * Opens a folder of classes; looks for their names, and not yet into them.
   *
   * @param folder holds a folder for each class; files beside them are left alone
   * @return the folder
   * @throws StoreNotFoundException if there is no such folder
   * @throws UnsupportedStoreException if it holds no folders, or isn't in the default file system
   * @throws ImageStoreException if the file system fails
   */
  public static ImageFolder open(Path folder) {
    StoreFiles.requireDefaultFileSystem(folder);
    requireFolder(folder);
    List<Path> classes = classesIn(folder);
    if (classes.isEmpty()) {
      throw new UnsupportedStoreException(
          "there are no folders of classes in "
              + folder
              + "; if a table tells the classes of its files, name that, too");
    }
    return new ImageFolder(
        classes.stream().map(FileName::of).toList(),
        List.copyOf(classes),
        () -> new ClassFolders(classes));
  }

  private static List<Path> classesIn(Path folder) {
    try {
      return ClassFolders.in(folder);
    } catch (IOException e) {
      throw IoFailure.of("looking for classes in " + folder + " failed", e);
    }
  }

  /**
   * Opens a folder whose files a table labels. Reads and checks the table, and opens no other file.
   *
   * @param folder from which the table's paths lead
   * @param table a CSV file with the columns {@code file} and {@code label}, and perhaps others; of
   *     up to 65,536 characters a row
   * @return the folder
   * @throws StoreNotFoundException if there is no such folder or no such table
   * @throws UnsupportedStoreException if the table lacks a column, or has a path that is absolute
   *     or has {@code ..} in it; or the folder isn't in the default file system
   * @throws CorruptStoreException if the table isn't as RFC 4180 has it, or not in UTF-8, or a row
   *     lacks a field or label, or has a number as its label that takes over 32 bits; the message
   *     names the line
   * @throws ImageStoreException if the file system fails
   */
  public static ImageFolder open(Path folder, Path table) {
    StoreFiles.requireDefaultFileSystem(folder);
    requireFolder(folder);
    TableLabels labels = new TableLabels(table);
    try (LabeledFiles files = LabeledFiles.open(folder, table, labels)) {
      files.collectLabels();
    } catch (NoSuchFileException e) {
      throw new StoreNotFoundException("there is no table " + table);
    } catch (IOException e) {
      throw IoFailure.of("reading the table " + table + " failed", e);
    }
    labels.settle();
    return new ImageFolder(
        labels.names(), List.of(), () -> LabeledFiles.open(folder, table, labels));
  }

  private static void requireFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new StoreNotFoundException(
          "there is no folder " + folder + "; name one with a folder of images for each class");
    }
  }

  /**
   * The classes; the name of label 0 first.
   *
   * @return sorted; empty if a table's labels are numbers
   */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * All images, read while the stream is consumed; for those who want all or none. Where files are
   * unreadable, the stream goes on without them, and ends in an exception that names them all; so a
   * {@code putBatch} of it stores nothing then.
   *
   * @return a sequential stream; close it. It throws {@link UnreadableFilesException} behind the
   *     last image if there are unreadable files, {@link CorruptStoreException} if the table has
   *     changed for the worse since it was opened, and {@link ImageStoreException} if the thread is
   *     interrupted
   * @throws ImageStoreException if the table can't be opened again
   */
  public Stream<LabeledImage> images() {
    List<UnreadableFile> unreadable = new ArrayList<>();
    return images(
        unreadable::add,
        file -> {},
        () -> {
          if (!unreadable.isEmpty()) {
            throw new UnreadableFilesException(unreadable);
          }
        });
  }

  /**
   * All images that can be read, read while the stream is consumed.
   *
   * @param onUnreadable is told of each unreadable file as it is come upon, in the thread that
   *     consumes the stream; what it throws ends the stream
   * @return a sequential stream; close it. It throws what that of {@link #images()} does, but no
   *     {@link UnreadableFilesException}
   * @throws ImageStoreException if the table can't be opened again
   */
  public Stream<LabeledImage> images(Consumer<UnreadableFile> onUnreadable) {
    return images(onUnreadable, file -> {});
  }

  /**
   * All images that can be read, read while the stream is consumed.
   *
   * @param onUnreadable is told of each unreadable file as it is come upon, in the thread that
   *     consumes the stream; what it throws ends the stream
   * @param onPassedOver is likewise told of each file that is no image
   * @return a sequential stream; close it. It throws what that of {@link #images()} does, but no
   *     {@link UnreadableFilesException}
   * @throws ImageStoreException if the table can't be opened again
   */
  public Stream<LabeledImage> images(
      Consumer<UnreadableFile> onUnreadable, Consumer<Path> onPassedOver) {
    return images(onUnreadable, onPassedOver, () -> {});
  }

  private Stream<LabeledImage> images(
      Consumer<UnreadableFile> onUnreadable, Consumer<Path> onPassedOver, Runnable atEnd) {
    FileList files = openList();
    FolderImages images =
        new FolderImages(files, classes, new Report(onUnreadable, onPassedOver), atEnd);
    return StreamSupport.stream(images, false).onClose(() -> close(files));
  }

  private FileList openList() {
    try {
      return lists.open();
    } catch (IOException e) {
      throw IoFailure.of("opening the table again failed", e);
    }
  }

  private static void close(FileList files) {
    try {
      files.close();
    } catch (IOException e) {
      throw IoFailure.of("closing the table failed", e);
    }
  }

  private record Report(Consumer<UnreadableFile> onUnreadable, Consumer<Path> onPassedOver)
      implements FileList.Report {

    @Override
    public void unreadable(Path path, String reason) {
      onUnreadable.accept(new UnreadableFile(path, reason));
    }

    @Override
    public void passedOver(Path path) {
      onPassedOver.accept(path);
    }
  }

  /**
   * Writes the images of a store into a folder for each class, which {@link #open(Path)} reads. A
   * class is named by its label's name. Encoded images are written byte for byte, raw ones as PNG.
   *
   * <p>An image goes where its metadata says that it came from, {@code {"file":"cat/sub/1.jpg"}},
   * if that begins with the name of its class: so a folder that was read comes back as it was. A
   * label without a name takes that of the first such folder. Metadata may be anybody's: a path
   * that isn't plainly one below the folder, or is taken already, isn't followed; then, and where
   * there is none, the image is written as {@code class/id.jpg}, by its format, and the class of a
   * label without a name is its number, padded with zeros so that the order of names is that of
   * numbers. A raw image's file ends in {@code .png}, whatever it came from.
   *
   * @param source raw images have up to four channels of integers
   * @param folder must be missing or empty; nothing is written outside of it
   * @throws UnsupportedStoreException if a label's name can't be a folder's, or stands for two
   *     labels, or the folder isn't in the default file system
   * @throws io.imagestore.UnsupportedImageException if PNG can't hold a raw image
   * @throws io.imagestore.CorruptImageException if an image of the source is damaged
   * @throws ImageStoreException if the folder isn't empty, or the file system fails; what was
   *     written until then stays
   */
  public static void export(ImageSource source, Path folder) {
    StoreFiles.requireDefaultFileSystem(folder);
    new ExportFolder(folder, source.info().labelNames()).write(source);
  }
}
