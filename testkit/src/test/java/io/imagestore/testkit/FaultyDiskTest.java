package io.imagestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.imagestore.spi.StoreFile;
import io.imagestore.spi.StoreFiles.Access;
import io.imagestore.testkit.FaultyDisk.Failure;
import io.imagestore.testkit.FaultyDisk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the disk that fails on demand fails as told, and otherwise not. */
class FaultyDiskTest {
  private static final int CRASHES = 200;

  @TempDir Path folder;
  private Path root;
  private FaultyDisk disk;

  @BeforeEach
  void make() throws IOException {
    root = Files.createDirectory(folder.resolve("disk"));
    disk = new FaultyDisk(root, 1);
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private void write(String name, byte[] bytes) throws IOException {
    try (StoreFile file = disk.open(root.resolve(name), Access.REPLACE)) {
      file.write(0, bytes, 0, bytes.length);
    }
  }

  private void writeAndSync(String name, byte[] bytes) throws IOException {
    write(name, bytes);
    disk.sync(root.resolve(name));
    disk.sync(root);
  }

  /** What many crashes leave: each file's name with its content, or of a folder its name. */
  private Set<List<String>> survivors() throws IOException {
    Set<List<String>> all = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    for (int seed = 0; seed < CRASHES; seed++) {
      Path left = folder.resolve("left-" + seed);
      disk.crash(left, seed);
      all.add(described(left));
      delete(left);
    }
    return all;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path each : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }

  private static List<String> described(Path left) throws IOException {
    List<String> described = new ArrayList<>();
    try (Stream<Path> paths = Files.walk(left)) {
      for (Path each : paths.filter(path -> !path.equals(left)).sorted().toList()) {
        String name = left.relativize(each).toString();
        described.add(Files.isDirectory(each) ? name : name + "=" + runs(Files.readAllBytes(each)));
      }
    }
    return described;
  }

  /** Bytes as runs of equal ones: {@code 512x1 512x2}. */
  private static String runs(byte[] bytes) {
    StringBuilder runs = new StringBuilder();
    for (int from = 0, to = 0; from < bytes.length; from = to) {
      while (to < bytes.length && bytes[to] == bytes[from]) {
        to++;
      }
      runs.append(runs.isEmpty() ? "" : " ").append(to - from).append('x').append(bytes[from]);
    }
    return runs.toString();
  }

  // Failing.

  private void perform(Operation operation) throws IOException {
    Path file = root.resolve("file");
    switch (operation) {
      case CREATE -> disk.open(root.resolve("new"), Access.WRITE).close();
      case WRITE -> {
        try (StoreFile open = disk.open(file, Access.WRITE)) {
          open.write(0, new byte[9], 0, 9);
        }
      }
      case TRUNCATE -> {
        try (StoreFile open = disk.open(file, Access.WRITE)) {
          open.setSize(3);
        }
      }
      case SYNC -> disk.sync(root);
      case RENAME -> disk.rename(file, root.resolve("other"));
      case DELETE -> disk.delete(file);
    }
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void theOperationThatWasAskedForFailsOnce(Operation operation) throws IOException {
    writeAndSync("file", filled(9, 1));
    disk.failOnce(Set.of(operation), 1, Failure.IO_ERROR);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> perform(operation))
        .withMessageContaining("Input/output error");
    perform(operation);
    assertThat(disk.failures()).isEqualTo(1);
    disk.assertNothingOpen();
  }

  @Test
  void theOperationsBeforeTheOneAskedForSucceed() throws IOException {
    disk.failOnce(Set.of(Operation.SYNC), 3, Failure.IO_ERROR);
    disk.sync(root);
    disk.sync(root);
    write("file", filled(9, 1));

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> disk.sync(root));
    disk.sync(root);
  }

  @Test
  void whatFailsForGoodFailsUntilItIsHealed() throws IOException {
    disk.failFrom(EnumSet.allOf(Operation.class), 2, Failure.NO_SPACE);
    disk.sync(root);
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> write("file", filled(9, 1)))
          .withMessageContaining("No space left on device");
    }
    disk.heal();
    write("file", filled(9, 1));

    assertThat(disk.failures()).isEqualTo(3);
    assertThat(root.resolve("file")).hasBinaryContent(filled(9, 1));
  }

  @Test
  void eachKindOfOperationIsCounted() throws IOException {
    write("file", filled(9, 1));
    for (Operation operation : Operation.values()) {
      perform(operation == Operation.DELETE ? Operation.SYNC : operation);
    }

    assertThat(disk.count(Operation.CREATE)).isEqualTo(2);
    assertThat(disk.count(Operation.WRITE)).isEqualTo(2);
    assertThat(disk.count(Operation.TRUNCATE)).isEqualTo(1);
    assertThat(disk.count(Operation.SYNC)).isEqualTo(2);
    assertThat(disk.count(Operation.RENAME)).isEqualTo(1);
    assertThat(disk.count(Operation.DELETE)).isZero();
  }

  @Test
  void aFailedWriteHasWrittenAnythingShortOfAll() throws IOException {
    Set<Integer> written = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      disk.failOnce(Set.of(Operation.WRITE), 1, Failure.NO_SPACE);
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> write("file", filled(4, 1)));
      written.add((int) Files.size(root.resolve("file")));
    }

    assertThat(written).containsExactly(0, 1, 2, 3);
  }

  @Test
  void otherOperationsThatFailHaveDoneNothing() throws IOException {
    writeAndSync("file", filled(9, 1));
    for (Operation operation : EnumSet.complementOf(EnumSet.of(Operation.WRITE))) {
      disk.failOnce(Set.of(operation), 1, Failure.IO_ERROR);
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> perform(operation));
    }

    assertThat(described(root)).containsExactly("file=9x1");
  }

  @Test
  void nothingOutsideOfItsFolderIsReached() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> disk.open(folder.resolve("file"), Access.WRITE));
    assertThatIllegalArgumentException().isThrownBy(() -> disk.sync(folder));
  }

  @Test
  void aFileLeftOpenIsShownWithThePlaceWhereItWasOpened() throws IOException {
    StoreFile file = disk.open(root.resolve("file"), Access.WRITE);

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(disk::assertNothingOpen)
        .satisfies(
            error -> {
              assertThat(error.getSuppressed()).hasSize(1);
              assertThat(error.getSuppressed()[0])
                  .hasStackTraceContaining("aFileLeftOpenIsShownWithThePlaceWhereItWasOpened");
            });
    file.close();
    disk.assertNothingOpen();
  }

  // Losing power.

  @Test
  void whatWasSyncedWithItsNameSurvives() throws IOException {
    writeAndSync("file", filled(2000, 1));

    assertThat(survivors()).containsExactly(List.of("file=2000x1"));
  }

  @Test
  void whatWasThereBeforeTheDiskSurvives() throws IOException {
    Files.createDirectories(root.resolve("a/b"));
    Files.write(root.resolve("a/b/file"), filled(5, 1));
    write("a/b/other", filled(5, 2));
    try (StoreFile file = disk.open(root.resolve("a/b/file"), Access.READ)) {
      assertThat(file.size()).isEqualTo(5);
    }

    assertThat(survivors())
        .allSatisfy(left -> assertThat(left).contains("a", "a/b", "a/b/file=5x1"));
  }

  @Test
  void aNewNameMayBeLostUntilItsFolderIsSynced() throws IOException {
    write("file", filled(5, 1));
    disk.sync(root.resolve("file"));

    assertThat(survivors()).containsExactlyInAnyOrder(List.of("file=5x1"), List.of());
  }

  @Test
  void contentMayBeLostThoughTheNameIsThere() throws IOException {
    write("file", filled(5, 1));
    disk.sync(root);

    assertThat(survivors())
        .containsExactlyInAnyOrder(List.of("file="), List.of("file=5x0"), List.of("file=5x1"));
  }

  @Test
  void eachSectorMayBeOldOrNew() throws IOException {
    writeAndSync("file", filled(1024, 1));
    try (StoreFile file = disk.open(root.resolve("file"), Access.WRITE)) {
      file.write(0, filled(1024, 2), 0, 1024);
    }

    assertThat(survivors())
        .containsExactlyInAnyOrder(
            List.of("file=1024x1"),
            List.of("file=512x1 512x2"),
            List.of("file=512x2 512x1"),
            List.of("file=1024x2"));
  }

  @Test
  void aSectorMayBeInAnyOfItsStatesSinceTheLastSync() throws IOException {
    writeAndSync("file", filled(4, 1));
    try (StoreFile file = disk.open(root.resolve("file"), Access.WRITE)) {
      file.write(0, filled(4, 2), 0, 4);
      file.force();
      file.write(0, filled(4, 3), 0, 4);
      file.write(0, filled(4, 4), 0, 4);
    }

    assertThat(survivors())
        .containsExactlyInAnyOrder(List.of("file=4x2"), List.of("file=4x3"), List.of("file=4x4"));
  }

  @Test
  void whatWasCutOffDoesNotComeBackBehindWhatFollowed() throws IOException {
    writeAndSync("file", filled(1024, 1));
    try (StoreFile file = disk.open(root.resolve("file"), Access.WRITE)) {
      file.setSize(0);
      file.setSize(1024);
      file.write(0, filled(512, 2), 0, 512);
    }

    assertThat(survivors())
        .containsExactlyInAnyOrder(
            List.of("file="),
            List.of("file=1024x1"),
            List.of("file=1024x0"),
            List.of("file=512x2 512x0"));
  }

  @Test
  void renamingAndDeletingMayBeUndoneUntilTheFolderIsSynced() throws IOException {
    writeAndSync("new", filled(5, 2));
    writeAndSync("old", filled(5, 1));
    writeAndSync("gone", filled(5, 3));
    disk.rename(root.resolve("new"), root.resolve("old"));
    disk.delete(root.resolve("gone"));

    assertThat(survivors())
        .containsExactlyInAnyOrder(
            List.of("gone=5x3", "new=5x2", "old=5x1"),
            List.of("new=5x2", "old=5x1"),
            List.of("gone=5x3", "old=5x2"),
            List.of("old=5x2"));
    disk.sync(root);
    assertThat(survivors()).containsExactly(List.of("old=5x2"));
  }

  @Test
  void aFolderThatIsLostTakesWhatIsInItAlong() throws IOException {
    disk.createFolder(root.resolve("a"));
    write("a/file", filled(5, 1));
    disk.sync(root.resolve("a/file"));
    disk.sync(root.resolve("a"));

    assertThat(survivors()).containsExactlyInAnyOrder(List.of(), List.of("a", "a/file=5x1"));
  }

  @Test
  void foldersMadeToLastDoLast() throws IOException {
    disk.createFolders(root.resolve("a/b/c"));

    assertThat(survivors()).containsExactly(List.of("a", "a/b", "a/b/c"));
  }

  @Test
  void aFolderThatCantBeMadeToLastIsNotLeftBehind() throws IOException {
    disk.failOnce(Set.of(Operation.SYNC), 2, Failure.IO_ERROR);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> disk.createFolders(root.resolve("a/b/c")));
    assertThat(root.resolve("a")).isEmptyDirectory();
  }

  @Test
  void whatIsWrittenThroughSurvivesAtOnce() throws IOException {
    writeAndSync("file", filled(1024, 1));
    try (StoreFile through = disk.open(root.resolve("file"), Access.WRITE_THROUGH);
        StoreFile other = disk.open(root.resolve("file"), Access.WRITE)) {
      other.write(0, filled(512, 2), 0, 512);
      through.write(1024, ByteBuffer.wrap(filled(512, 3)));
    }

    assertThat(survivors())
        .containsExactlyInAnyOrder(List.of("file=1024x1 512x3"), List.of("file=512x2 512x1 512x3"));
  }

  @Test
  void afterAFailedSyncALaterOneMayPromiseTooMuch() throws IOException {
    Set<List<String>> left = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    for (int trial = 0; trial < 20; trial++) {
      writeAndSync("file", filled(1024, 1));
      try (StoreFile file = disk.open(root.resolve("file"), Access.WRITE)) {
        file.write(0, filled(1024, 2), 0, 1024);
        disk.failOnce(Set.of(Operation.SYNC), 1, Failure.IO_ERROR);
        assertThatExceptionOfType(IOException.class).isThrownBy(file::force);
        file.force();
      }
      assertThat(root.resolve("file")).hasBinaryContent(filled(1024, 2));
      left.addAll(survivors());
    }

    assertThat(left)
        .containsExactlyInAnyOrder(
            List.of("file=1024x1"),
            List.of("file=512x1 512x2"),
            List.of("file=512x2 512x1"),
            List.of("file=1024x2"));
  }

  @Test
  void whatIsWrittenAnewAfterAFailedSyncCanBeSynced() throws IOException {
    for (int trial = 0; trial < 10; trial++) {
      write("file", filled(1024, trial));
      try (StoreFile file = disk.open(root.resolve("file"), Access.WRITE)) {
        disk.failOnce(Set.of(Operation.SYNC), 1, Failure.IO_ERROR);
        assertThatExceptionOfType(IOException.class).isThrownBy(file::force);
        file.write(0, filled(1024, trial), 0, 1024);
        file.force();
      }
      disk.sync(root);

      assertThat(survivors()).containsExactly(List.of("file=1024x" + trial));
    }
  }

  @Test
  void theSameSeedLeavesTheSame() throws IOException {
    for (int i = 0; i < 8; i++) {
      write("file-" + i, filled(3000, i));
    }
    disk.crash(folder.resolve("one"), 77);
    disk.crash(folder.resolve("two"), 77);

    assertThat(described(folder.resolve("one"))).isEqualTo(described(folder.resolve("two")));
  }

  @Test
  void aCrashLeavesTheDiskItselfUnharmed() throws IOException {
    write("file", filled(3000, 1));
    disk.crash(folder.resolve("left"), 1);
    disk.sync(root.resolve("file"));
    disk.sync(root);

    assertThat(survivors()).containsExactly(List.of("file=3000x1"));
  }
}
