package io.imagestore.disk;

import io.imagestore.spi.StoreFiles;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The files below a folder for each class, in the order of PyTorch's {@code ImageFolder}: folder by
 * folder, each sorted, where a folder's own files go before those of the folders in it. Holds the
 * names of one class at a time.
 */
final class ClassFolders implements FileList {

  private static final Comparator<Entry> ORDER =
      Comparator.comparing(Entry::folder, CodePointOrder.INSTANCE)
          .thenComparing(Entry::name, CodePointOrder.INSTANCE);

  private final List<Path> classes;
  private final Queue<Entry> ofClass = new ArrayDeque<>();
  private int next;

  ClassFolders(List<Path> classes) {
    this.classes = classes;
  }

  /** The folders in a folder, sorted, but for hidden ones, which are some tool's. */
  static List<Path> in(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path entry : StoreFiles.entries(folder)) {
      if (Files.isDirectory(entry) && !isHidden(entry)) {
        found.add(entry);
      }
    }
    found.sort(Comparator.comparing(FileName::of, CodePointOrder.INSTANCE));
    return found;
  }

  private static boolean isHidden(Path folder) {
    return FileName.of(folder).startsWith(".");
  }

  @Override
  public @Nullable Item next(Report report) throws IOException {
    while (ofClass.isEmpty()) {
      if (next == classes.size()) {
        return null;
      }
      list(classes.get(next++), report);
    }
    Entry entry = ofClass.remove();
    String metadata = FileMetadata.of(entry.folder + "/" + entry.name, Map.of());
    return new Item(entry.path, next - 1, metadata, false);
  }

  private void list(Path folder, Report report) throws IOException {
    List<Entry> found = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new Visitor(folder, found, report));
    found.sort(ORDER);
    ofClass.addAll(found);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** A file by its path, and by the path of its folder that begins with the class. */
  private record Entry(Path path, String folder, String name) {

    static Entry of(Path classFolder, Path path) {
      StringBuilder folder = new StringBuilder(FileName.of(classFolder));
      Path below = classFolder.relativize(path);
      for (int i = 0; i < below.getNameCount() - 1; i++) {
        folder.append('/').append(FileName.of(below.getName(i)));
      }
      return new Entry(path, folder.toString(), FileName.of(path));
    }
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path classFolder;
    private final List<Entry> found;
    private final Report report;

    Visitor(Path classFolder, List<Entry> found, Report report) {
      this.classFolder = classFolder;
      this.found = found;
      this.report = report;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return isHidden(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile()) {
        found.add(Entry.of(classFolder, file));
      } else if (attributes.isSymbolicLink()) { // others have been followed
        report.unreadable(file, "the link leads nowhere");
      } else {
        report.passedOver(file); // a pipe would never end
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) {
      report.unreadable(
          path,
          e instanceof FileSystemLoopException
              ? "the link leads back to a folder that it lies in"
              : FileContent.reason(e));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
      if (e != null) {
        report.unreadable(folder, FileContent.reason(e));
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
