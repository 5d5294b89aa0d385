package io.imagestore.cifar;

import io.imagestore.Image;
import io.imagestore.LabeledImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Both data sets in small, as files of their real forms, and what their images must be. */
final class Fixtures {

  static final Path CIFAR_10_PYTHON = path("cifar-10-batches-py");
  static final Path CIFAR_10_BINARY = path("cifar-10-batches-bin");
  static final Path CIFAR_100_PYTHON = path("cifar-100-python");
  static final Path CIFAR_100_BINARY = path("cifar-100-binary");

  /** A line of the table of what is expected: an image's labels, and the hash of its pixels. */
  record Expected(String set, String file, int index, int label, int coarseLabel, String sha256) {}

  /** What a test sees of an image. */
  record Seen(int label, String sha256) {}

  private Fixtures() {}

  static Path path(String name) {
    try {
      return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The lines of some files of a data set, in the files' order. */
  static List<Expected> expected(String set, String... files) {
    try (Stream<String> lines = Files.lines(path("expected.tsv"))) {
      List<Expected> all = lines.skip(1).map(Fixtures::parse).toList();
      return Arrays.stream(files)
          .flatMap(file -> all.stream().filter(e -> e.set().equals(set) && e.file().equals(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Seen> withLabels(List<Expected> expected) {
    return expected.stream().map(e -> new Seen(e.label(), e.sha256())).toList();
  }

  static List<Seen> withCoarseLabels(List<Expected> expected) {
    return expected.stream().map(e -> new Seen(e.coarseLabel(), e.sha256())).toList();
  }

  /** Reads a stream of images to its end, and closes it. */
  static List<Seen> seen(Stream<LabeledImage> images) {
    try (images) {
      return images.map(image -> new Seen(image.label(), sha256(image.image()))).toList();
    }
  }

  static InputStream stream(Path file) throws IOException {
    return new ByteArrayInputStream(Files.readAllBytes(file));
  }

  /** Copies a fixture's files, so that a test can change them. */
  static Path copy(Path folder, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
    return to;
  }

  /** Packs a folder's files under a name into a tar.gz. */
  static Path tarGz(Path folder, String as, Path archive) throws IOException {
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(archive));
        TarWriter tar = new TarWriter(new GZIPOutputStream(file));
        Stream<Path> files = Files.list(folder)) {
      tar.folder(as);
      for (Path each : files.sorted().toList()) {
        tar.file(as + each.getFileName(), Files.readAllBytes(each));
      }
    }
    return archive;
  }

  private static Expected parse(String line) {
    String[] fields = line.split("\t", -1);
    int coarse = fields[4].isEmpty() ? -1 : Integer.parseInt(fields[4]);
    return new Expected(
        fields[0],
        fields[1],
        Integer.parseInt(fields[2]),
        Integer.parseInt(fields[3]),
        coarse,
        fields[5]);
  }

  private static String sha256(Image image) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(image.pixels()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
