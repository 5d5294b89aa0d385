package io.imagestore.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a closed store, which can be damaged, and be made as they were. */
final class DamagedFiles {

  private static final String LOCK = "lock"; // tells nothing of a closed store

  private final Path store;
  private final TreeMap<Path, byte[]> whole = new TreeMap<>();
  private final SplittableRandom random;

  DamagedFiles(Path store, SplittableRandom random) throws IOException {
    this.store = store;
    this.random = random;
    for (Path file : files()) {
      if (!file.endsWith(LOCK)) {
        whole.put(file, Files.readAllBytes(file));
      }
    }
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(store)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(store)) {
      return paths.filter(Files::isRegularFile).toList();
    }
  }

  void restore() throws IOException {
    for (Path file : files()) {
      if (!whole.containsKey(file) && !file.endsWith(LOCK)) {
        Files.delete(file);
      }
    }
    for (Path file : whole.keySet()) {
      byte[] bytes = whole.get(file);
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes)) {
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, bytes);
      }
    }
  }

  /** Damages one file in some way; tells how. */
  String damage() throws IOException {
    Path file = any();
    byte[] bytes = bytesOf(file).clone();
    String name = store.relativize(file).toString();
    if (bytes.length == 0) {
      Files.delete(file);
      return name + " removed";
    }
    String what =
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3 -> flip(bytes);
          case 4, 5 -> zero(bytes);
          case 6, 7 -> overwrite(bytes);
          default -> null;
        };
    if (what != null) {
      Files.write(file, bytes);
      return what + " of " + name;
    }
    return switch (random.nextInt(4)) {
      case 0 -> {
        Files.delete(file);
        yield name + " removed";
      }
      case 1 -> swap(file);
      default -> {
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(bytes.length);
        Files.write(file, Arrays.copyOf(bytes, length));
        yield name + " cut off at " + length;
      }
    };
  }

  /** Half of the time by size, so that large files have their share, and small ones too. */
  private Path any() {
    List<Path> files = List.copyOf(whole.keySet());
    if (random.nextBoolean()) {
      // Among many files that are alike, those that aren't would never have their turn.
      List<Path> single =
          files.stream()
              .filter(file -> store.equals(file.getParent()) || file.equals(store))
              .toList();
      return single.get(random.nextInt(single.size()));
    }
    long size = whole.values().stream().mapToLong(bytes -> bytes.length).sum();
    long at = random.nextLong(size);
    for (Path file : files) {
      at -= bytesOf(file).length;
      if (at < 0) {
        return file;
      }
    }
    throw new IllegalStateException("no file at a place within their size");
  }

  /** Whether the file that holds most is removed or empty: then there is no store any more. */
  boolean areGone() throws IOException {
    Path largest =
        Collections.max(whole.keySet(), Comparator.comparingInt(file -> bytesOf(file).length));
    return !Files.exists(largest) || Files.size(largest) == 0;
  }

  private byte[] bytesOf(Path file) {
    return Objects.requireNonNull(whole.get(file));
  }

  private String flip(byte[] bytes) {
    int at = place(bytes);
    int bit = random.nextInt(8);
    bytes[at] ^= (byte) (1 << bit);
    return "bit " + bit + " of byte " + at;
  }

  private String zero(byte[] bytes) {
    int at = place(bytes);
    int length = length(bytes, at);
    Arrays.fill(bytes, at, at + length, (byte) 0);
    return length + " bytes zeroed at " + at;
  }

  private String overwrite(byte[] bytes) {
    int at = place(bytes);
    int length = length(bytes, at);
    int from = random.nextInt(bytes.length - length + 1);
    if (random.nextBoolean()) {
      from &= -4096; // whole pages
      at &= -4096;
    }
    System.arraycopy(bytes.clone(), from, bytes, at, length);
    return length + " bytes from " + from + " at " + at;
  }

  /** Mostly where there is something, for a file may hold much space that isn't used yet. */
  private int place(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    for (int i = 0; i < 1000 && bytes[at] == 0; i++) {
      at = random.nextInt(bytes.length);
    }
    return at;
  }

  private int length(byte[] bytes, int at) {
    return Math.min(bytes.length - at, 512 * (1 + random.nextInt(17)));
  }

  private String swap(Path file) throws IOException {
    Path other = any();
    Files.write(file, bytesOf(other));
    Files.write(other, bytesOf(file));
    return store.relativize(file) + " and " + store.relativize(other) + " swapped";
  }
}
