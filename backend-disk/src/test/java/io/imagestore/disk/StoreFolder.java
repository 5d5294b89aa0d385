package io.imagestore.disk;

import io.imagestore.ImageSource;
import io.imagestore.LabeledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What tests do to the folder of a store behind its back. */
final class StoreFolder {
  private StoreFolder() {}

  /** As the folder would be found if the process died now. */
  static Path copy(Path store, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(store)) {
      for (Path path : paths.toList()) {
        Path target = to.resolve(store.relativize(path).toString());
        if (!target.equals(to) || !Files.exists(to)) {
          Files.copy(path, target);
        }
      }
    }
    Files.deleteIfExists(to.resolve("lock"));
    return to;
  }

  static Path table(Path store) {
    return store.resolve("labels.csv");
  }

  static String text(Path store) throws IOException {
    return Files.readString(table(store));
  }

  static List<String> lines(Path store) throws IOException {
    return Files.readAllLines(table(store));
  }

  /** As if the machine had been started again since the store was written to. */
  static void losePower(Path store) throws IOException {
    StateFile.State state = StateFile.read(store);
    StateFile.State another = new StateFile.State(state.phase(), state.flushedTo(), "another-boot");
    Files.writeString(store.resolve(StateFile.FILE), another.line());
  }

  /** The paths of all image files inside the store, ascending. */
  static List<String> files(Path store) throws IOException {
    try (Stream<Path> paths = Files.walk(store.resolve(FileNames.ROOT))) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> store.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  /** How a store is opened to be looked at. */
  enum Opening {
    TO_WRITE,
    TO_READ;

    ImageSource open(Path store) {
      return this == TO_WRITE ? DiskImageStore.open(store) : DiskImageStore.openReadOnly(store);
    }
  }

  static List<LabeledImage> images(Path store, Opening opening) {
    try (ImageSource opened = opening.open(store);
        Stream<LabeledImage> images = opened.stream()) {
      return images.toList();
    }
  }
}
