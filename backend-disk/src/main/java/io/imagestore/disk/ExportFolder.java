package io.imagestore.disk;

import io.imagestore.Image;
import io.imagestore.ImageShape;
import io.imagestore.ImageSource;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.spi.IoFailure;
import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One export into a folder for each class. */
final class ExportFolder {

  private final Path folder;

  /** The folder of each label, once it is known, and whose it is. */
  private final Map<Integer, String> classNames = new HashMap<>();

  private final Map<String, Integer> labels = new HashMap<>();

  /** Folders that were made here. */
  private final Set<Path> made = new HashSet<>();

  ExportFolder(Path folder, List<String> labelNames) {
    this.folder = folder;
    for (int label = 0; label < labelNames.size(); label++) {
      String name = labelNames.get(label);
      if (!RelativePath.isName(name)) {
        throw new UnsupportedStoreException(
            "the label name '" + name + "' can't be the name of a folder");
      }
      if (labels.put(name, label) != null) {
        throw new UnsupportedStoreException("two labels have one name in " + labelNames);
      }
      classNames.put(label, name);
    }
  }

  void write(ImageSource source) {
    try {
      create();
      try (Stream<LabeledImage> images = source.stream()) {
        for (Iterator<LabeledImage> rest = images.iterator(); rest.hasNext(); ) {
          write(rest.next());
        }
      }
    } catch (IOException e) {
      throw IoFailure.of("exporting to " + folder + " failed", e);
    }
  }

  private void create() throws IOException {
    Files.createDirectories(folder);
    if (!StoreFiles.entries(folder).isEmpty()) {
      throw new ImageStoreException(
          "the folder " + folder + " to export to isn't empty; choose another");
    }
  }

  private void write(LabeledImage image) throws IOException {
    ByteBuffer bytes = bytes(image);
    List<String> origin = origin(image);
    String className = className(image.label(), origin);
    makeClass(folder.resolve(className));
    if (origin.size() > 1 && origin.get(0).equals(className) && wrote(origin, bytes)) {
      return;
    }
    String extension = extension(image.image());
    String name = image.id() + extension;
    for (int copy = 2; !wrote(List.of(className, name), bytes); copy++) {
      name = image.id() + "-" + copy + extension;
    }
  }

  /** The bytes of its file, in an array. */
  private ByteBuffer bytes(LabeledImage labeled) {
    Image image = labeled.image();
    if (image.isEncoded()) {
      return ByteBuffer.wrap(image.encodedBytes());
    }
    ImageShape shape = image.shape();
    if (!Png.holds(shape)) {
      throw new UnsupportedImageException(
          "image " + labeled.id() + " is " + shape + ", but PNG holds 1 to 4 channels of integers");
    }
    return Png.encode(shape, image.bytes());
  }

  private static String extension(Image image) {
    String format = image.format().orElse("png");
    return "." + (format.equals("jpeg") ? "jpg" : format);
  }

  // Where.

  /** Where an image came from, as names; none if it isn't known, or no place below a folder. */
  private static List<String> origin(LabeledImage image) {
    return image
        .metadata()
        .flatMap(FileMetadata::file)
        .map(path -> image.image().isEncoded() ? path : asPng(path))
        .flatMap(RelativePath::names)
        .orElse(List.of());
  }

  private static String asPng(String path) {
    int dot = path.lastIndexOf('.');
    return (dot > path.lastIndexOf('/') + 1 ? path.substring(0, dot) : path) + ".png";
  }

  /** The folder of a label; that of its first image's origin, if it has no name. */
  private String className(int label, List<String> origin) {
    String known = classNames.get(label);
    if (known != null) {
      return known;
    }
    boolean fromOrigin =
        origin.size() > 1 && !isNumber(origin.get(0)) && !labels.containsKey(origin.get(0));
    String name = fromOrigin ? origin.get(0) : String.format(Locale.ROOT, "%010d", label);
    if (labels.putIfAbsent(name, label) != null) {
      throw new UnsupportedStoreException(
          "label " + label + " has no name, and its number, '" + name + "', is another's name");
    }
    classNames.put(label, name);
    return name;
  }

  /** Whether it may be what a label without a name is called. */
  private static boolean isNumber(String name) {
    return name.matches("-?\\d{9,10}");
  }

  // Writing.

  private void makeClass(Path path) throws IOException {
    if (!made.contains(path)) {
      try {
        made.add(Files.createDirectory(path));
      } catch (FileAlreadyExistsException e) {
        throw new ImageStoreException(
            path
                + " is there already, though the folder was empty: another process has made it, or"
                + " two classes have one name to this file system",
            e);
      }
    }
  }

  /** Writes a new file; false if that place is taken, or a file is in the way. */
  private boolean wrote(List<String> path, ByteBuffer bytes) throws IOException {
    List<String> above = new ArrayList<>(path);
    String name = above.remove(path.size() - 1);
    Path parent = folder;
    for (String each : above) {
      parent = parent.resolve(each);
      if (!isFolder(parent)) {
        return false;
      }
    }
    try (OutputStream out =
        Files.newOutputStream(parent.resolve(name), StandardOpenOption.CREATE_NEW)) {
      out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /** Makes a folder; false if there is something else, be it a link to a folder. */
  private boolean isFolder(Path path) throws IOException {
    if (made.contains(path)) {
      return true;
    }
    try {
      Files.createDirectory(path);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
    }
    made.add(path);
    return true;
  }
}
