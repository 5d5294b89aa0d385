package io.imagestore.disk;

import io.imagestore.CorruptImageException;
import io.imagestore.Image;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.codec.DecodeException;
import io.imagestore.internal.DefaultFileSystem;
import io.imagestore.internal.png.PngEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of PNG files for each class, {@code class/name.png}, as PyTorch's {@code ImageFolder}
 * reads it: the classes are sorted by name, and the place of a class is its label.
 *
 * <pre>{@code
 * ImageFolder folder = ImageFolder.open(path);
 * DiskOptions options = DiskOptions.builder().labelNames(folder.classNames()).build();
 * try (ImageStore store = DiskImageStore.open(destination, options);
 *     Stream<LabeledImage> images = folder.images()) {
 *   store.putBatch(images);
 * }
 * }</pre>
 *
 * <p>Immutable, so safe in any thread; it shows the files that were there when it was opened.
 */
public final class ImageFolder {
  private final Path folder;
  private final List<String> classNames;
  private final List<Path> files;
  private final int[] labels;

  private ImageFolder(Path folder, List<String> classNames, List<Path> files, int[] labels) {
    this.folder = folder;
    this.classNames = classNames;
    this.files = files;
    this.labels = labels;
  }

  /**
   * Finds classes and files; opens none of them.
   *
   * @param folder holds a folder for each class; files beside them are passed over, and so are
   *     files of theirs that don't end in {@code .png}
   * @return the folder
   * @throws UnsupportedStoreException if it holds no folders, or one of them no PNG, or it isn't in
   *     the default file system
   * @throws ImageStoreException if the file system fails
   */
  public static ImageFolder open(Path folder) {
    DefaultFileSystem.require(folder);
    try {
      List<Path> classes = foldersIn(folder);
      if (classes.isEmpty()) {
        throw new UnsupportedStoreException("there are no folders of classes in " + folder);
      }
      List<Path> files = new ArrayList<>();
      IntStream.Builder labels = IntStream.builder();
      for (int label = 0; label < classes.size(); label++) {
        List<Path> own = pngsBelow(classes.get(label));
        if (own.isEmpty()) {
          throw new UnsupportedStoreException(
              "the class " + classes.get(label) + " has no PNG file");
        }
        files.addAll(own);
        for (int i = 0; i < own.size(); i++) {
          labels.add(label);
        }
      }
      List<String> names =
          classes.stream().map(each -> String.valueOf(each.getFileName())).toList();
      return new ImageFolder(folder, names, files, labels.build().toArray());
    } catch (IOException e) {
      throw new ImageStoreException(
          "looking for images in " + folder + " failed: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new ImageStoreException(
          "looking for images in " + folder + " failed: " + e.getMessage(), e);
    }
  }

  private static List<Path> foldersIn(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static List<Path> pngsBelow(Path folder) throws IOException {
    try (Stream<Path> entries = Files.walk(folder)) {
      return entries.filter(ImageFolder::isPng).sorted().toList();
    }
  }

  private static boolean isPng(Path path) {
    return path.toString().toLowerCase(Locale.ROOT).endsWith(".png") && Files.isRegularFile(path);
  }

  /**
   * The classes; the name of label 0 first.
   *
   * @return sorted
   */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * How many images there are.
   *
   * @return at least as many as classes
   */
  public int size() {
    return files.size();
  }

  /**
   * The file of an image.
   *
   * @param id 0 to {@link #size} exclusive
   * @return its path
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public Path file(int id) {
    return files.get(id);
  }

  /**
   * All images, read while the stream is consumed, with ids from 0 on: class by class, each class
   * sorted by path.
   *
   * @return a sequential stream; close it. It throws {@link CorruptImageException} where a file is
   *     no PNG or a damaged one, {@link UnsupportedImageException} where it is too large, and
   *     {@link ImageStoreException} where the file system fails
   */
  public Stream<LabeledImage> images() {
    Codec codec = new Codec();
    return IntStream.range(0, files.size()).mapToObj(id -> read(id, codec)).onClose(codec::close);
  }

  private LabeledImage read(int id, Codec codec) {
    Path file = files.get(id);
    try {
      Image image = new PngFile(file).read(codec, DiskOptions.DEFAULT_MAX_PIXELS);
      return new LabeledImage(id, image, labels[id]);
    } catch (DecodeException e) {
      throw new CorruptImageException(
          folder, id, "its file " + file + " can't be read: " + e.getMessage(), e);
    } catch (UnsupportedImageException e) {
      throw new UnsupportedImageException(file + " can't be read: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ImageStoreException("reading " + file + " failed: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the images of a store as {@code class/id.png}. A class is named by its label's name; a
   * label without one by its number, padded with zeros so that the order of names is that of
   * numbers.
   *
   * @param store has images of up to four channels
   * @param folder must be missing or empty
   * @throws UnsupportedStoreException if a label's name can't be a folder's, or stands for two
   *     labels, or the folder isn't in the default file system
   * @throws ImageStoreException if the folder isn't empty, or the file system fails; what was
   *     written until then stays
   */
  public static void export(ImageSource store, Path folder) {
    DefaultFileSystem.require(folder);
    List<String> names = store.info().labelNames();
    requireFolderNames(names, folder);
    try {
      ExportFolder.create(folder);
      PngEncoder encoder = new PngEncoder();
      try (Stream<LabeledImage> images = store.stream()) {
        for (Iterator<LabeledImage> i = images.iterator(); i.hasNext(); ) {
          LabeledImage image = i.next();
          Path own = folder.resolve(className(image.label(), names));
          Files.createDirectories(own);
          ExportFolder.write(image, own.resolve(image.id() + ".png"), encoder);
        }
      }
    } catch (IOException e) {
      throw ExportFolder.failed(folder, e);
    }
  }

  private static String className(int label, List<String> names) {
    return label >= 0 && label < names.size()
        ? names.get(label)
        : String.format(Locale.ROOT, "%010d", label);
  }

  private static void requireFolderNames(List<String> names, Path folder) {
    for (String name : names) {
      Path own = folder.resolve(name).normalize();
      boolean inside = folder.normalize().equals(own.getParent());
      if (!inside || !Objects.toString(own.getFileName()).equals(name)) {
        throw new UnsupportedStoreException(
            "the label name '" + name + "' can't be the name of a folder");
      }
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new UnsupportedStoreException("two labels have one name in " + names);
    }
  }
}
