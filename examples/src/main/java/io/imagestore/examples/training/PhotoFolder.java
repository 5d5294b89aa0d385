package io.imagestore.examples.training;

import io.imagestore.Image;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import io.imagestore.disk.ImageFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Photographs of any size: an {@link ImageFolder}; or a folder of JPEG and PNG files alone, where
 * each is a class of its own and the network learns to know it again.
 *
 * @param hasClasses whether photographs share classes, so that some can be kept to test with
 * @param classNames the name of label 0 first
 * @param images the files byte for byte, with ids from 0 on; each stream is to be closed
 * @param leftOut how many photographs lie beside the folders of classes
 */
public record PhotoFolder(
    boolean hasClasses,
    List<String> classNames,
    Supplier<Stream<LabeledImage>> images,
    int leftOut) {

  /**
   * Finds the classes; opens no file.
   *
   * @throws IOException if the folder can't be read, or holds none
   */
  public static PhotoFolder open(Path folder) throws IOException {
    List<Path> alone = photosIn(folder);
    if (holdsFolders(folder)) {
      ImageFolder classes = ImageFolder.open(folder);
      return new PhotoFolder(true, classes.classNames(), classes::images, alone.size());
    }
    if (alone.isEmpty()) {
      throw new IOException("there is no .jpg, .jpeg or .png file in " + folder);
    }
    return new PhotoFolder(
        false,
        alone.stream().map(PhotoFolder::name).toList(),
        () -> IntStream.range(0, alone.size()).mapToObj(id -> image(id, alone.get(id))),
        0);
  }

  private static boolean holdsFolders(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> Files.isDirectory(file) && !name(file).startsWith("."));
    }
  }

  private static List<Path> photosIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(PhotoFolder::isPhoto).sorted().toList();
    }
  }

  private static boolean isPhoto(Path file) {
    return name(file).toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png)")
        && Files.isRegularFile(file);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static LabeledImage image(int id, Path file) {
    try {
      return new LabeledImage(id, Image.encoded(Files.readAllBytes(file)), id);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
    } catch (DecodeException | UnsupportedImageException e) {
      throw new UnsupportedImageException(file + ": " + e.getMessage(), e);
    }
  }
}
