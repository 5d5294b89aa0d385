package io.imagestore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.imagestore.ImageStore;
import io.imagestore.ImageStoreException;
import io.imagestore.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {

  @TempDir Path folder;

  @Test
  void whereTheLibraryCannotBeUnpackedTheErrorNamesTheWayOutEachTime() {
    Path missing = folder.resolve("missing");
    try (ChildJvm child =
        ChildJvm.start(
            List.of("-Djava.io.tmpdir=" + missing), OpenTwice.class, folder.resolve("store"))) {
      assertThat(child.succeed())
          .filteredOn(line -> line.startsWith("told: "))
          .hasSize(2)
          .allSatisfy(
              line ->
                  assertThat(line)
                      .contains(missing.toString())
                      .contains("-Dlmdbjava.extract.dir=")
                      .contains("-Djffi.extract.dir="));
    }
  }

  @Test
  void theWayOutLeadsOut() {
    try (ChildJvm child =
        ChildJvm.start(
            List.of(
                "-Djava.io.tmpdir=" + folder.resolve("missing"),
                "-Dlmdbjava.extract.dir=" + folder,
                "-Djffi.extract.dir=" + folder),
            OpenTwice.class,
            folder.resolve("store"))) {
      assertThat(child.succeed())
          .filteredOn(line -> line.equals("opened with 0 images"))
          .hasSize(2);
    }
  }

  @Test
  void theLibraryLoadsInAThreadWithoutAClassLoader() {
    try (ChildJvm child =
        ChildJvm.start(List.of(), OpenWithoutClassLoader.class, folder.resolve("store"))) {
      assertThat(child.succeed()).contains("opened with 0 images");
    }
  }

  /** Tries twice, for the JVM tells the reason of a failed class at the first try only. */
  static final class OpenTwice {
    public static void main(String[] args) {
      for (int turn = 0; turn < 2; turn++) {
        try (ImageStore store = LmdbImageStore.open(Path.of(args[0]))) {
          System.out.println("opened with " + store.size() + " images");
        } catch (ImageStoreException e) {
          System.out.println("told: " + e.getMessage());
        }
      }
    }
  }

  /** As threads of some pools are. */
  static final class OpenWithoutClassLoader {
    public static void main(String[] args) {
      Thread.currentThread().setContextClassLoader(null);
      try (ImageStore store = LmdbImageStore.open(Path.of(args[0]))) {
        System.out.println("opened with " + store.size() + " images");
      }
    }
  }
}
