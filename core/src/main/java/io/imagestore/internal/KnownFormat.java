package io.imagestore.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The formats that have a backend in this project, known here so that an error can name the
 * artifact to add.
 */
public enum KnownFormat {
  /** A folder with a label table. */
  DISK("disk"),
  /** An LMDB environment. */
  LMDB("lmdb"),
  /** An HDF5 file. */
  HDF5("hdf5");

  private static final byte[] HDF5_SIGNATURE =
      "\u0089HDF\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1);

  private final String backend;

  KnownFormat(String backend) {
    this.backend = backend;
  }

  /**
   * The name of the backend for this format.
   *
   * @return as its provider tells it
   */
  public String backend() {
    return backend;
  }

  /**
   * The artifact that holds a backend.
   *
   * @param backend its name
   * @return group and artifact id, or empty if the backend isn't one of this project
   */
  public static Optional<String> artifactOf(String backend) {
    return Arrays.stream(values())
        .filter(format -> format.backend.equals(backend))
        .map(format -> "io.imagestore:imagestore-" + format.backend)
        .findFirst();
  }

  /**
   * What lies at a path.
   *
   * @param path any path
   * @return the format, by file names and first bytes, or empty if it is none of these
   */
  public static Optional<KnownFormat> at(Path path) {
    if (Files.isRegularFile(path)) {
      return startsWithHdf5Signature(path) ? Optional.of(HDF5) : Optional.empty();
    }
    if (Files.isRegularFile(path.resolve("data.mdb"))) {
      return Optional.of(LMDB);
    }
    return Files.isRegularFile(path.resolve("labels.csv")) ? Optional.of(DISK) : Optional.empty();
  }

  private static boolean startsWithHdf5Signature(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(HDF5_SIGNATURE.length), HDF5_SIGNATURE);
    } catch (IOException e) {
      return false; // what can't be read can't be recognised; opening it tells why
    }
  }
}
