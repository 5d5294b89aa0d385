package io.imagestore.spi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imagestore.RepairPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a repair lays what it takes out of a store: a file each, and a line of JSON each in {@code
 * damages.jsonl} that tells what it is. What is laid there is on the device before the store lets
 * it go; nothing that lies there already is overwritten.
 */
public final class DamagedFolder {

  private static final String LIST = "damages.jsonl";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StoreFiles files = StoreFiles.ofSystem();
  private final Path folder;

  private DamagedFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * The folder that a policy names, or the one beside the store.
   *
   * @throws IllegalArgumentException if it would be inside of the store
   */
  static DamagedFolder of(Path store, RepairPolicy policy) {
    Path whole = store.toAbsolutePath().normalize(); // a path like "." has no sibling of its own
    Path folder =
        policy.folder().orElseGet(() -> whole.resolveSibling(whole.getFileName() + ".damaged"));
    if (real(folder).startsWith(real(whole))) {
      throw new IllegalArgumentException(
          "what is damaged can't be laid aside in "
              + folder
              + ", which is inside of the store "
              + store
              + "; name a folder elsewhere");
    }
    return new DamagedFolder(folder);
  }

  /** The path without symbolic links, as far as it exists. */
  private static Path real(Path path) {
    Path whole = path.toAbsolutePath().normalize();
    try {
      return whole.toRealPath();
    } catch (IOException e) {
      Path parent = whole.getParent();
      return parent == null ? whole : real(parent).resolve(whole.getFileName());
    }
  }

  /** Lays a damaged image aside; tells where its bytes are, or null if there are none. */
  @Nullable Path lay(
      long id,
      String problem,
      @Nullable StoredImage record,
      @Nullable String metadata,
      @Nullable Remains remains)
      throws IOException {
    files.createFolders(folder);
    Path file =
        remains == null
            ? null
            : write(String.valueOf(id), remains.extension(), remains.bytes().duplicate());
    ObjectNode line = JSON.createObjectNode().put("id", id).put("problem", problem);
    if (record != null) {
      line.put("label", record.label())
          .put("shape", record.shape().toString())
          .put("format", record.format());
    }
    if (metadata != null) {
      line.put("metadata", metadata);
    }
    append(line, file);
    return file;
  }

  /**
   * Lays aside what is left of an image whose id isn't known any more.
   *
   * @param name of the file, without an extension
   * @param problem what is wrong
   * @param remains what is left, or null if nothing is
   * @throws IOException if the file system fails
   */
  public void lay(String name, String problem, @Nullable Remains remains) throws IOException {
    files.createFolders(folder);
    Path file =
        remains == null ? null : write(name, remains.extension(), remains.bytes().duplicate());
    append(JSON.createObjectNode().put("problem", problem), file);
  }

  /**
   * Takes a file that a store doesn't need. The store removes its own name of the file afterwards,
   * and doesn't write to it any more: it may be the same file.
   *
   * @param file one of the store's folder
   * @param problem why it isn't needed
   * @throws IOException if the file system fails
   */
  public void take(Path file, String problem) throws IOException {
    files.createFolders(folder);
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    String extension = dot < 0 ? "bytes" : name.substring(dot + 1);
    Path copy = copy(file, dot < 0 ? name : name.substring(0, dot), extension);
    append(JSON.createObjectNode().put("was", file.toString()).put("problem", problem), copy);
  }

  /** Writes a file under a free name; one that has the same bytes already is as good. */
  private Path write(String name, String extension, ByteBuffer bytes) throws IOException {
    Path file = folder.resolve(name + "." + extension);
    for (int i = 2; Files.exists(file); i++) {
      if (Files.size(file) == bytes.remaining()
          && ByteBuffer.wrap(Files.readAllBytes(file)).equals(bytes)) {
        return onDevice(file);
      }
      file = folder.resolve(name + "-" + i + "." + extension);
    }
    try (StoreFile written = files.open(file, StoreFiles.Access.WRITE)) {
      written.write(0, bytes);
    }
    return onDevice(file);
  }

  /** As {@link #write}, with the bytes of a file of any length. */
  private Path copy(Path from, String name, String extension) throws IOException {
    Path file = folder.resolve(name + "." + extension);
    for (int i = 2; Files.exists(file); i++) {
      if (Files.mismatch(file, from) < 0) {
        return onDevice(file);
      }
      file = folder.resolve(name + "-" + i + "." + extension);
    }
    linkOrCopy(from, file);
    return onDevice(file);
  }

  /** Waits until a file and its name are there. One that can't be waited for is removed. */
  private Path onDevice(Path file) throws IOException {
    try {
      files.sync(file);
      files.sync(folder);
      return file;
    } catch (IOException e) { // another attempt would take what is lost for as good
      files.delete(file);
      throw e;
    }
  }

  /** A link costs neither time nor room. */
  private static void linkOrCopy(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(from, to); // on another device, or where there are no links
    }
  }

  private void append(ObjectNode line, @Nullable Path file) throws IOException {
    if (file != null) {
      line.put("file", String.valueOf(file.getFileName()));
    }
    appendLine((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A crash, or a device without room, may have left a part of the line before. */
  private void appendLine(byte[] line) throws IOException {
    try (StoreFile list = files.open(folder.resolve(LIST), StoreFiles.Access.WRITE)) {
      long end = list.size();
      byte[] last = {'\n'};
      list.read(Math.max(0, end - 1), last, 0, 1);
      if (last[0] != '\n') {
        list.write(end++, new byte[] {'\n'}, 0, 1);
      }
      list.write(end, line, 0, line.length);
      list.force();
    }
    files.sync(folder); // the list's name
  }
}
