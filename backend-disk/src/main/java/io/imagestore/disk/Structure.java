package io.imagestore.disk;

import io.imagestore.disk.TableReader.Contents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whether a store's files and its label table add up; that the files are whole is told elsewhere.
 */
final class Structure {
  private final Parts parts;

  Structure(Parts parts) {
    this.parts = parts;
  }

  /** What is wrong in a store that is being written to here. */
  List<String> check(StoreWriter writer, Snapshot current) throws IOException {
    List<String> problems = nameless(current, writer::knows);
    problems.addAll(outdatedMetadata(writer.metadataGeneration()));
    return problems;
  }

  /** What is wrong in a store that others may be writing to. */
  List<String> check() throws IOException {
    Contents contents = TableReader.read(parts.folder, parts.storeFiles);
    if (!contents.state().isClosed()) {
      return List.of(); // a writer is at work or has crashed: the next one puts it in order
    }
    List<String> problems = nameless(contents.snapshot(), contents.snapshot()::names);
    problems.addAll(outdatedMetadata(contents.metadata().generation()));
    problems.addAll(superfluousMetadata(contents.metadata()));
    return StateFile.read(parts.folder).isClosed() ? problems : List.of();
  }

  private List<String> nameless(Snapshot snapshot, Predicate<FileNames.Name> known)
      throws IOException {
    Set<String> extensions = snapshot.extensions();
    List<String> paths = new ArrayList<>();
    for (FileNames.Name file : parts.files.all()) {
      if (extensions.contains(file.extension()) && !known.test(file) && parts.files.exists(file)) {
        paths.add(file.path());
      }
    }
    paths.sort(null);
    paths.replaceAll(path -> "the file " + path + " has no row in " + TableFormat.FILE);
    return paths;
  }

  private List<String> outdatedMetadata(int generation) throws IOException {
    return MetadataLines.filesBut(generation, parts.folder).stream()
        .map(file -> file.getFileName() + " is named by no row in " + TableFormat.FILE)
        .sorted()
        .toList();
  }

  private List<String> superfluousMetadata(MetadataLines.End end) {
    String name = MetadataLines.file(end.generation());
    return parts.folder.resolve(name).toFile().length() <= end.length()
        ? List.of()
        : List.of(name + " has lines from byte " + end.length() + " on that belong to no image");
  }
}
