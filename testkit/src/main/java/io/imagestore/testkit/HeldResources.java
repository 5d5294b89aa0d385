package io.imagestore.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this process holds of the system's: open files and mapped files, where the system tells it,
 * threads, and files in a folder.
 */
final class HeldResources {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  private final List<String> all = new ArrayList<>();

  private HeldResources() {}

  /**
   * What is held now.
   *
   * @param folder its files count, but for those in the folder's {@code store}, and so do mappings
   *     of any of its files
   */
  static HeldResources of(Path folder) throws IOException {
    HeldResources held = new HeldResources();
    if (Files.isDirectory(DESCRIPTORS)) {
      held.addDescriptors();
      held.addMappings(folder);
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      held.all.add("thread " + thread.getName());
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(file -> !file.startsWith(folder.resolve("store")))
          .forEach(file -> held.all.add("file " + file));
    }
    return held;
  }

  private void addDescriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      for (Path descriptor : descriptors.toList()) {
        try {
          all.add("descriptor of " + Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException e) {
          // It was the one of this listing.
        }
      }
    }
  }

  private void addMappings(Path folder) throws IOException {
    for (String line : Files.readAllLines(MAPPINGS)) {
      int path = line.indexOf(folder.toString());
      if (path >= 0) {
        all.add("mapping of " + line.substring(path));
      }
    }
  }

  /** What is held beside what was held before. */
  List<String> beside(HeldResources before) {
    List<String> more = new ArrayList<>(all);
    before.all.forEach(more::remove);
    return more;
  }
}
