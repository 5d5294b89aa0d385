package io.imagestore.disk;

import io.imagestore.disk.TableReader.Contents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whether a store's files and its label table add up; that the files are whole is told elsewhere.
 */
final class Structure {
  private final Path store;
  private final Parts parts;

  Structure(Path store, Parts parts) {
    this.store = store;
    this.parts = parts;
  }

  /** What is wrong in a store that is being written to here. */
  List<String> check(StoreWriter writer) throws IOException {
    return nameless(writer::knows);
  }

  /** What is wrong in a store that others may be writing to. */
  List<String> check() throws IOException {
    Contents contents = TableReader.read(store, parts.storeFiles);
    if (!contents.state().isClosed()) {
      return List.of(); // a writer is at work or has crashed: the next one puts it in order
    }
    List<String> problems = nameless(contents.snapshot()::names);
    return StateFile.read(store).isClosed() ? problems : List.of();
  }

  private List<String> nameless(Predicate<FileNames.Name> known) throws IOException {
    return parts.files.all().stream()
        .filter(file -> !known.test(file) && parts.files.exists(file))
        .map(file -> FileNames.path(file.id(), file.sequence()))
        .sorted()
        .map(path -> "the file " + path + " has no row in " + TableFormat.FILE)
        .toList();
  }
}
