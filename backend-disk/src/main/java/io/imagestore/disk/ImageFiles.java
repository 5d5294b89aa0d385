package io.imagestore.disk;

import io.imagestore.codec.DecodeException;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** The image files of a store, each known by id and sequence. */
final class ImageFiles implements AutoCloseable {
  /**
   * How many files are forced to the device at once. Nearly all of the time of one is spent
   * waiting, and a journaling file system commits many in one go.
   */
  private static final int FORCING_THREADS = 64;

  private static final int TRUSTED_BYTES = 1 << 16;
  static final int MAX_BYTES = Integer.MAX_VALUE - 16;

  private final Path store;
  private final StoreFiles files;
  private final Workers forcing = new Workers("force", FORCING_THREADS);

  ImageFiles(Path store, StoreFiles files) {
    this.store = store;
    this.files = files;
  }

  /** Makes a folder; {@link #force} makes it last, with the files in it. */
  void createFolder(long folder) throws IOException {
    Path path = store.resolve(FileNames.folderPath(folder));
    Deque<Path> missing = new ArrayDeque<>();
    for (Path up = path; up != null && !Files.isDirectory(up); up = up.getParent()) {
      missing.push(up);
    }
    for (Path each : missing) {
      files.createFolder(each);
    }
  }

  /** Writes a new file; its folder must exist. */
  void write(FileNames.Name name, ByteBuffer bytes) throws IOException {
    try (StoreFile out = files.open(file(name), Access.REPLACE)) {
      out.write(0, bytes);
    }
  }

  /**
   * Reads a file whole, whatever someone else may have saved there since.
   *
   * @throws NoSuchFileException if there is none
   */
  ByteBuffer readAny(long id, Entry entry, Codec codec) throws IOException {
    try (StoreFile in = files.open(file(entry.name(id)), Access.READ)) {
      int expected = expectedBytes(in, entry);
      ByteBuffer bytes = codec.file(expected + 1);
      int count = in.read(0, bytes.array(), bytes.arrayOffset(), expected + 1);
      return count <= expected ? bytes.limit(count) : readReplaced(in, entry);
    }
  }

  /**
   * Reads a file that must be as it was written.
   *
   * @return its bytes; one more than were written if it has become longer
   * @throws NoSuchFileException if there is none
   */
  ByteBuffer read(long id, Entry entry, Codec codec) throws IOException {
    try (StoreFile in = files.open(file(entry.name(id)), Access.READ)) {
      int expected = expectedBytes(in, entry);
      ByteBuffer bytes = codec.file(expected + 1);
      return bytes.limit(in.read(0, bytes.array(), bytes.arrayOffset(), expected + 1));
    }
  }

  /** Memory isn't taken on the table's word alone. */
  private static int expectedBytes(StoreFile file, Entry entry) throws IOException {
    int bytes = entry.fileBytes();
    return bytes <= TRUSTED_BYTES ? bytes : (int) Math.min(file.size(), Math.min(bytes, MAX_BYTES));
  }

  /** A file that is longer than when it was written: someone else saved it. */
  private static ByteBuffer readReplaced(StoreFile file, Entry entry) throws IOException {
    long length = file.size();
    if (length > entry.mostFileBytes()) {
      throw new DecodeException(
          length + " bytes are far more than an image of " + entry.shape() + " takes");
    }
    byte[] bytes = new byte[(int) length];
    return ByteBuffer.wrap(bytes, 0, file.read(0, bytes, 0, bytes.length));
  }

  /** Writes what a file holds once more, so that it can be forced again after a failure. */
  void rewrite(FileNames.Name name) throws IOException {
    try (StoreFile file = files.open(file(name), Access.READ);
        StoreFile again = files.open(file(name), Access.WRITE)) {
      byte[] piece = new byte[(int) Math.min(TRUSTED_BYTES, file.size())];
      for (long at = 0; at < file.size(); at += piece.length) {
        again.write(at, piece, 0, file.read(at, piece, 0, piece.length));
      }
    } catch (NoSuchFileException e) {
      // The image is damaged, which nobody is going to change.
    }
  }

  void delete(FileNames.Name name) throws IOException {
    files.delete(file(name));
  }

  /** Removes a folder that has become empty. */
  void deleteFolderIfEmpty(long folder) throws IOException {
    try {
      files.delete(store.resolve(FileNames.folderPath(folder)));
    } catch (DirectoryNotEmptyException e) {
      // As wished.
    }
  }

  /** All files in the store that could be an image's by where they lie and how they are named. */
  List<FileNames.Name> all() throws IOException {
    List<FileNames.Name> found = new ArrayList<>();
    Path root = store.resolve(FileNames.ROOT);
    if (Files.isDirectory(root)) {
      Files.walkFileTree(root, new Finder(found));
    }
    return found;
  }

  boolean exists(FileNames.Name name) {
    return Files.exists(file(name));
  }

  /** The files from one sequence to before another that are there and end in one of these. */
  List<FileNames.Name> between(long fromSequence, long endSequence, Set<String> extensions)
      throws IOException {
    List<FileNames.Name> found = new ArrayList<>();
    if (fromSequence < endSequence) {
      long last = FileNames.folder(endSequence - 1);
      for (long folder = FileNames.folder(fromSequence); folder <= last; folder++) {
        found.addAll(
            list(
                folder,
                each ->
                    each.isBetween(fromSequence, endSequence)
                        && extensions.contains(each.extension())));
      }
    }
    return found;
  }

  /** Makes a file survive the loss of power. */
  void force(FileNames.Name name) throws IOException {
    force(List.of(file(name)));
    forceFolders(List.of(name.folder()));
  }

  /**
   * Makes files survive the loss of power.
   *
   * @param needed tells of which file that is wanted
   */
  void force(long fromSequence, long endSequence, Predicate<FileNames.Name> needed)
      throws IOException {
    if (fromSequence >= endSequence) {
      return;
    }
    Predicate<FileNames.Name> wanted =
        each -> each.isBetween(fromSequence, endSequence) && needed.test(each);
    List<Long> folders = new ArrayList<>();
    long last = FileNames.folder(endSequence - 1);
    for (long folder = FileNames.folder(fromSequence); folder <= last; folder++) {
      force(list(folder, wanted).stream().map(this::file).toList());
      folders.add(folder);
    }
    forceFolders(folders);
  }

  /** Makes the names in folders survive the loss of power, and those that are gone stay away. */
  void forceFolders(Collection<Long> folders) throws IOException {
    Set<Path> paths = new LinkedHashSet<>();
    for (long folder : folders) {
      Path path = store.resolve(FileNames.folderPath(folder));
      for (Path up = path; up != null && !up.equals(store); up = up.getParent()) {
        paths.add(up);
      }
    }
    paths.add(store);
    force(new ArrayList<>(paths));
  }

  /** Makes the names in the store's own folder survive the loss of power. */
  void forceNames() throws IOException {
    files.sync(store);
  }

  /** Makes what is at these paths survive the loss of power, all at once. */
  void force(List<Path> paths) throws IOException {
    if (paths.size() == 1) {
      force(paths.get(0));
      return;
    }
    AtomicInteger next = new AtomicInteger();
    List<CompletableFuture<Boolean>> parts = new ArrayList<>();
    for (int i = 0; i < Math.min(FORCING_THREADS, paths.size()); i++) {
      parts.add(forcing.submit(() -> forceEach(paths, next)));
    }
    for (CompletableFuture<Boolean> part : parts) {
      Workers.join(part);
    }
  }

  private boolean forceEach(List<Path> paths, AtomicInteger next) throws IOException {
    for (int i = next.getAndIncrement(); i < paths.size(); i = next.getAndIncrement()) {
      force(paths.get(i));
    }
    return true;
  }

  private void force(Path path) throws IOException {
    try {
      files.sync(path);
    } catch (NoSuchFileException e) {
      requireStore(); // superseded and removed, or a folder that ids have skipped
    }
  }

  private List<FileNames.Name> list(long folder, Predicate<FileNames.Name> wanted)
      throws IOException {
    List<FileNames.Name> files = new ArrayList<>();
    try {
      for (Path entry : StoreFiles.entries(store.resolve(FileNames.folderPath(folder)))) {
        FileNames.Name name = FileNames.of(entry);
        if (name != null && wanted.test(name)) {
          files.add(name);
        }
      }
    } catch (NoSuchFileException e) {
      requireStore();
    }
    return files;
  }

  /** What isn't there is no failure, but for the store itself. */
  private void requireStore() throws IOException {
    if (Files.notExists(store)) {
      throw new NoSuchFileException(store.toString());
    }
  }

  private Path file(FileNames.Name name) {
    return store.resolve(name.path());
  }

  @Override
  public void close() {
    forcing.close();
  }

  /** Goes through the store's folders, of which some may vanish meanwhile. */
  private final class Finder extends SimpleFileVisitor<Path> {
    private final List<FileNames.Name> found;

    Finder(List<FileNames.Name> found) {
      this.found = found;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      FileNames.Name name = FileNames.of(path);
      if (name != null && attributes.isRegularFile() && path.equals(file(name))) {
        found.add(name);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
