package io.imagestore.examples.training;

import io.imagestore.Image;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedImageException;
import io.imagestore.codec.DecodeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * JPEG and PNG files of any size: {@code class/name.jpg}, where the class is the name of the folder
 * around the file, or {@code name.jpg} alone, where each photograph is a class of its own and the
 * network learns to know it again. A label is the place of a class among the sorted ones.
 */
final class PhotoFolder {

  private final List<Path> files;
  private final List<String> classNames;
  private final boolean hasClasses;

  private PhotoFolder(List<Path> files, List<String> classNames, boolean hasClasses) {
    this.files = files;
    this.classNames = classNames;
    this.hasClasses = hasClasses;
  }

  /** Finds the files, at any depth; opens none. */
  static PhotoFolder open(Path folder) throws IOException {
    List<Path> files = photosIn(folder);
    if (files.isEmpty()) {
      throw new IOException("there is no .jpg, .jpeg or .png file in " + folder);
    }
    boolean hasClasses = !files.stream().allMatch(file -> folder.equals(file.getParent()));
    List<String> classNames =
        files.stream()
            .map(hasClasses ? PhotoFolder::className : PhotoFolder::name)
            .distinct()
            .sorted()
            .toList();
    return new PhotoFolder(files, classNames, hasClasses);
  }

  private static List<Path> photosIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(PhotoFolder::isPhoto).sorted().toList();
    }
  }

  private static boolean isPhoto(Path file) {
    return name(file).toLowerCase(Locale.ROOT).matches(".*\\.(jpe?g|png)")
        && Files.isRegularFile(file);
  }

  private static String className(Path file) {
    return name(Objects.requireNonNull(file.getParent()));
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** Whether photographs share classes, so that some can be kept to test with. */
  boolean hasClasses() {
    return hasClasses;
  }

  List<String> classNames() {
    return classNames;
  }

  int size() {
    return files.size();
  }

  /** The files byte for byte; ids from 0 on. */
  Stream<LabeledImage> images() {
    return IntStream.range(0, files.size()).mapToObj(this::image);
  }

  private LabeledImage image(int id) {
    Path file = files.get(id);
    try {
      int label = Collections.binarySearch(classNames, hasClasses ? className(file) : name(file));
      return new LabeledImage(id, Image.encoded(Files.readAllBytes(file)), label);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be read: " + e.getMessage(), e);
    } catch (DecodeException | UnsupportedImageException e) {
      throw new UnsupportedImageException(file + ": " + e.getMessage(), e);
    }
  }
}
