package io.imagestore.cifar;

import io.imagestore.spi.IoFailure;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Finds the files of a data set in a folder or a tar.gz, and never writes any. */
final class CifarFiles {

  /** A seek is cheap in a folder, so pixels are streamed from where they are. */
  private static final long HOLD_BELOW_IN_FOLDER = 4L << 20;

  /** An archive has no seek, so a batch of CIFAR-10 (30 MB) is held and CIFAR-100's isn't. */
  private static final long HOLD_BELOW_IN_ARCHIVE = 64L << 20;

  private static final int BUFFER_BYTES = 1 << 16;
  private static final List<String> ENDINGS = List.of(".bin", ".txt");

  private final Path path;
  private final Cifar cifar;
  private final Set<String> wanted;

  /** Folders, by their names, with the files in them that are wanted, by name without ending. */
  private final Map<String, Map<String, CifarFile>> folders = new TreeMap<>();

  /** Why a folder inside can't be listed, if that is so. */
  private @Nullable AccessDeniedException denied;

  private CifarFiles(Path path, Cifar cifar) {
    this.path = path;
    this.cifar = cifar;
    this.wanted = cifar.files();
  }

  /** The data set's files by their names without ending; batches may be missing. */
  static Map<String, CifarFile> find(Path path, Cifar cifar) {
    CifarFiles files = new CifarFiles(path, cifar);
    try {
      if (Files.isDirectory(path)) {
        files.addFolder(path);
      } else {
        files.addArchive();
      }
    } catch (ZipException | EOFException e) {
      throw new CifarFormatException(
          path.toString(), 0, "expected a gzip'd tar archive, whole and undamaged", e);
    } catch (IOException e) {
      throw IoFailure.of("can't read " + path, e, "see that it is there and may be read");
    }
    return files.theOneFolder();
  }

  private Map<String, CifarFile> theOneFolder() {
    folders.values().removeIf(files -> !hasBatch(files));
    Set<String> candidates = folders.keySet();
    if (candidates.isEmpty()) {
      throw new CifarFormatException(
          path.toString(),
          0,
          "expected %s, that is files named %s, here or in a folder inside, but found none"
              .formatted(cifar.title(), String.join(", ", cifar.batchFiles())));
    }
    if (candidates.size() > 1) {
      throw new CifarFormatException(
          path.toString(),
          0,
          "expected one folder of %s but found several; name one of %s"
              .formatted(cifar.title(), String.join(", ", candidates)));
    }
    return folders.values().iterator().next();
  }

  private void addFolder(Path folder) throws IOException {
    List<Path> entries = list(folder);
    add(folder, entries);
    for (Path inside : entries) {
      if (Files.isDirectory(inside)) {
        add(inside, listIfAllowed(inside));
      }
    }
    if (denied != null && folders.values().stream().noneMatch(this::hasBatch)) {
      throw denied;
    }
  }

  /** Where the batches are elsewhere, it may be a folder of the system's, such as lost+found. */
  private List<Path> listIfAllowed(Path folder) throws IOException {
    try {
      return list(folder);
    } catch (AccessDeniedException e) {
      denied = e;
      return List.of();
    }
  }

  private void add(Path folder, List<Path> files) throws IOException {
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (wanted.contains(stem(name)) && Files.isRegularFile(file)) {
        add(folder.toString(), name, inFolder(file));
      }
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause(); // what a stream throws where listing goes wrong on the way
    }
  }

  private static CifarFile inFolder(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new CifarFile(
          file.toString(),
          Files.size(file),
          Form.startingWith(in.read()),
          () -> Files.newInputStream(file),
          HOLD_BELOW_IN_FOLDER);
    }
  }

  private boolean hasBatch(Map<String, CifarFile> files) {
    return cifar.batchFiles().stream().anyMatch(files::containsKey);
  }

  private void addArchive() throws IOException {
    try (InputStream in = openArchive()) {
      TarReader tar = new TarReader(in, path.toString());
      for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
        requireInside(entry.name());
        String name = entry.name().substring(entry.name().lastIndexOf('/') + 1);
        if (wanted.contains(stem(name)) && entry.isFile()) {
          Form form = Form.startingWith(tar.content().read());
          add(parent(entry.name()), name, inArchive(entry, form));
        }
      }
    }
  }

  private CifarFile inArchive(TarReader.Entry entry, Form form) {
    return new CifarFile(
        path + "!" + entry.name(),
        entry.size(),
        form,
        () -> openEntry(entry.name()),
        HOLD_BELOW_IN_ARCHIVE);
  }

  private InputStream openArchive() throws IOException {
    InputStream file = Files.newInputStream(path);
    try {
      BufferedInputStream buffered = new BufferedInputStream(file, BUFFER_BYTES);
      requireGzip(buffered);
      return new GZIPInputStream(buffered, BUFFER_BYTES);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void requireGzip(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    if (!gzip) {
      throw new CifarFormatException(
          path.toString(),
          0,
          "expected a folder or a .tar.gz; a single batch is read from an InputStream");
    }
  }

  private InputStream openEntry(String name) throws IOException {
    InputStream in = openArchive();
    try {
      TarReader tar = new TarReader(in, path.toString());
      for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
        if (entry.isFile() && entry.name().equals(name)) {
          return tar.content();
        }
      }
      throw new CifarFormatException(
          path.toString(), 0, "expected entry " + name + ", which was there when it was opened");
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Nothing is ever unpacked; a name that leaves its folder is refused all the same. */
  private void requireInside(String name) {
    if (name.startsWith("/")
        || name.contains("\\")
        || List.of(name.split("/", -1)).contains("..")) {
      throw new CifarFormatException(
          path.toString(), 0, "expected entries inside the archive's folder but found " + name);
    }
  }

  private static String parent(String name) {
    String relative = name.startsWith("./") ? name.substring(2) : name;
    int slash = relative.lastIndexOf('/');
    return slash < 0 ? "." : relative.substring(0, slash);
  }

  private void add(String folder, String name, CifarFile file) {
    CifarFile other =
        folders.computeIfAbsent(folder, f -> new TreeMap<>()).putIfAbsent(stem(name), file);
    if (other != null) {
      throw new CifarFormatException(
          file.name(), 0, "expected one file for this batch but there is " + other.name() + " too");
    }
  }

  private static String stem(String name) {
    for (String ending : ENDINGS) {
      if (name.endsWith(ending)) {
        return name.substring(0, name.length() - ending.length());
      }
    }
    return name;
  }
}
