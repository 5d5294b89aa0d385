package io.imagestore.disk;

import io.imagestore.codec.DecodeException;
import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles;
import io.imagestore.spi.StoreFiles.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;

/** The image files of a store, each known by id and sequence. */
final class ImageFiles implements AutoCloseable {
  /**
   * How many files are forced to the device at once. Nearly all of the time of one is spent
   * waiting, and a journaling file system commits many in one go.
   */
  private static final int FORCING_THREADS = 64;

  private static final int TRUSTED_BYTES = 1 << 16;
  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

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
  void write(long id, long sequence, ByteBuffer png) throws IOException {
    try (StoreFile out = files.open(file(id, sequence), Access.REPLACE)) {
      out.write(0, png);
    }
  }

  /**
   * Reads a file whole.
   *
   * @throws NoSuchFileException if there is none
   */
  ByteBuffer read(long id, Entry entry, Codec codec) throws IOException {
    try (StoreFile in = files.open(file(id, entry.sequence()), Access.READ)) {
      int expected = expectedBytes(in, entry);
      byte[] bytes = codec.file(expected + 1);
      int count = in.read(0, bytes, 0, expected + 1);
      return count <= expected ? ByteBuffer.wrap(bytes, 0, count) : readReplaced(in, entry);
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
    long most = 2 * entry.shape().byteCount() + (1 << 20);
    if (length > Math.min(most, MAX_BYTES)) {
      throw new DecodeException(
          length + " bytes are far more than an image of " + entry.shape() + " takes");
    }
    byte[] bytes = new byte[(int) length];
    return ByteBuffer.wrap(bytes, 0, file.read(0, bytes, 0, bytes.length));
  }

  void delete(long id, long sequence) throws IOException {
    files.delete(file(id, sequence));
  }

  /** Removes a folder that has become empty. */
  void deleteFolderIfEmpty(long folder) throws IOException {
    try {
      files.delete(store.resolve(FileNames.folderPath(folder)));
    } catch (DirectoryNotEmptyException e) {
      // As wished.
    }
  }

  /** Removes all files from this sequence on: what a batch that never ended has left. */
  void deleteFrom(long sequence) throws IOException {
    long folder = FileNames.folder(sequence);
    for (int missing = 0; missing < 2; folder++) {
      Path path = store.resolve(FileNames.folderPath(folder));
      if (!Files.isDirectory(path)) {
        missing++; // ids may skip the rest of a folder, but not a whole one
        continue;
      }
      for (Path file : list(folder, each -> each >= sequence)) {
        files.delete(file);
      }
      if (folder > FileNames.folder(sequence)) {
        deleteFolderIfEmpty(folder);
      }
    }
  }

  /** Makes a file survive the loss of power. */
  void force(long id, long sequence) throws IOException {
    force(List.of(file(id, sequence)));
    forceFolders(FileNames.folder(sequence), FileNames.folder(sequence));
  }

  /**
   * Makes files survive the loss of power.
   *
   * @param needed tells, by its sequence, of which file that is wanted
   */
  void force(long fromSequence, long endSequence, LongPredicate needed) throws IOException {
    if (fromSequence >= endSequence) {
      return;
    }
    long first = FileNames.folder(fromSequence);
    long last = FileNames.folder(endSequence - 1);
    LongPredicate wanted = each -> each >= fromSequence && each < endSequence && needed.test(each);
    for (long folder = first; folder <= last; folder++) {
      force(list(folder, wanted));
    }
    forceFolders(first, last);
  }

  private void forceFolders(long first, long last) throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (long folder = first; folder <= last; folder++) {
      Path path = store.resolve(FileNames.folderPath(folder));
      for (Path up = path; up != null && !up.equals(store); up = up.getParent()) {
        folders.add(up);
      }
    }
    folders.add(store);
    force(new ArrayList<>(folders));
  }

  private void force(List<Path> paths) throws IOException {
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
      // Superseded and removed, or a folder that ids have skipped.
    }
  }

  private List<Path> list(long folder, LongPredicate wanted) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(store.resolve(FileNames.folderPath(folder)))) {
      for (Path entry : entries) {
        OptionalLong sequence = FileNames.sequence(entry.toString());
        if (sequence.isPresent() && wanted.test(sequence.getAsLong())) {
          files.add(entry);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return files;
  }

  private Path file(long id, long sequence) {
    return store.resolve(FileNames.path(id, sequence));
  }

  @Override
  public void close() {
    forcing.close();
  }
}
