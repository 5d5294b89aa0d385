package io.imagestore.disk;

import io.imagestore.ImageShape;
import io.imagestore.ImageStoreException;
import io.imagestore.LabeledImage;
import io.imagestore.UnsupportedStoreException;
import io.imagestore.internal.IoFailure;
import io.imagestore.internal.png.PngEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What exports into folders have in common. */
final class ExportFolder {
  private ExportFolder() {}

  static void create(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new ImageStoreException(
            "the folder " + folder + " to export to isn't empty; choose another");
      }
    }
  }

  static void write(LabeledImage image, Path file, PngEncoder encoder) throws IOException {
    ImageShape shape = image.image().shape();
    if (!PngEncoder.encodes(shape)) {
      throw new UnsupportedStoreException(
          "image " + image.id() + " is " + shape + ", but PNG holds 1 to 4 channels of integers");
    }
    new PngFile(file).write(image.image(), encoder);
  }

  static ImageStoreException failed(Path folder, IOException e) {
    return IoFailure.of("exporting to " + folder + " failed", e);
  }
}
