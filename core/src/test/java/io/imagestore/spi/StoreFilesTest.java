package io.imagestore.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.imagestore.spi.StoreFiles.Access;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The machine's own files, as backends reach them. */
class StoreFilesTest {
  @TempDir Path folder;

  private final StoreFiles files = StoreFiles.ofSystem();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void write(Path path, Access access, long position, String text) throws IOException {
    try (StoreFile file = files.open(path, access)) {
      file.write(position, bytes(text), 0, text.length());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Access.class,
      names = {"WRITE", "WRITE_THROUGH"})
  void writingKeepsWhatIsAroundIt(Access access) throws IOException {
    Path path = folder.resolve("file");
    write(path, access, 0, "the old text");
    write(path, access, 4, "new");

    assertThat(path).hasContent("the new text");
  }

  @Test
  void replacingBeginsWithNothing() throws IOException {
    Path path = folder.resolve("file");
    write(path, Access.WRITE, 0, "the old text");
    write(path, Access.REPLACE, 0, "new");

    assertThat(path).hasContent("new");
  }

  @Test
  void whatIsSkippedIsZero() throws IOException {
    Path path = folder.resolve("file");
    write(path, Access.WRITE, 3, "x");

    assertThat(path).hasBinaryContent(new byte[] {0, 0, 0, 'x'});
  }

  @Test
  void bytesAreReadFromAnyPlaceUpToTheEnd() throws IOException {
    Path path = folder.resolve("file");
    Files.writeString(path, "0123456789");
    try (StoreFile file = files.open(path, Access.READ)) {
      byte[] into = new byte[6];

      assertThat(file.read(7, into, 1, 5)).isEqualTo(3);
      assertThat(into).isEqualTo(bytes("\000789\000\000"));
      assertThat(file.read(0, into, 0, 6)).isEqualTo(6);
      assertThat(into).isEqualTo(bytes("012345"));
      assertThat(file.read(10, into, 0, 6)).isZero();
    }
  }

  @Test
  void aFileIsCutOffAndMadeLonger() throws IOException {
    Path path = folder.resolve("file");
    try (StoreFile file = files.open(path, Access.WRITE)) {
      file.write(0, bytes("0123456789"), 0, 10);
      file.setSize(4);
      file.setSize(6);
      file.write(6, bytes("x"), 0, 1);

      assertThat(file.size()).isEqualTo(7);
    }
    assertThat(path).hasBinaryContent(bytes("0123\000\000x"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Access.class,
      names = {"WRITE", "REPLACE", "WRITE_THROUGH"})
  void memoryOnAndOutsideOfTheHeapIsWrittenFromItsPositionToItsLimit(Access access)
      throws IOException {
    Path path = folder.resolve("file");
    byte[] random = new byte[300_000];
    new SplittableRandom(1).nextBytes(random);
    ByteBuffer direct = ByteBuffer.allocateDirect(random.length).put(random);
    try (StoreFile file = files.open(path, access)) {
      file.write(5, direct.position(7).limit(250_000));
      file.write(249_998, ByteBuffer.wrap(random).position(250_000).slice());
      file.force();
    }

    assertThat(direct.hasRemaining()).isFalse();
    byte[] expected = new byte[299_998];
    System.arraycopy(random, 7, expected, 5, 299_993);
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  @Test
  void anInterruptNeitherEndsACallNorClosesTheFile() throws IOException {
    Path path = folder.resolve("file");
    Thread.currentThread().interrupt();
    try (StoreFile file = files.open(path, Access.WRITE)) {
      file.write(0, bytes("0123"), 0, 4);
      file.write(4, ByteBuffer.allocateDirect(4).put(bytes("4567")).flip());
      file.force();
      files.sync(folder);
      files.sync(path);
      file.write(8, ByteBuffer.allocateDirect(2).put(bytes("89")).flip());

      assertThat(file.read(0, new byte[10], 0, 10)).isEqualTo(10);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(path).hasContent("0123456789");
  }

  @ParameterizedTest
  @EnumSource(
      value = Access.class,
      names = {"WRITE", "WRITE_THROUGH", "REPLACE"})
  void memoryOutsideOfTheHeapIsNotWrittenToAFileThatCameInItsPlace(Access access)
      throws IOException {
    Path path = folder.resolve("file");
    Path other = folder.resolve("other");
    write(other, Access.WRITE, 0, "another's");
    try (StoreFile file = files.open(path, access)) {
      file.write(0, bytes("this one's"), 0, 10);
      Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);

      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> file.write(0, ByteBuffer.allocateDirect(8)))
          .withMessageContaining(path.toString())
          .withMessageContaining("replaced");
    }
    assertThat(path).hasContent("another's");
  }

  @Test
  void aClosedFileCantBeUsed() throws IOException {
    StoreFile file = files.open(folder.resolve("file"), Access.WRITE);
    file.close();
    file.close();

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.write(0, bytes("x"), 0, 1));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> file.write(0, ByteBuffer.allocateDirect(1)));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.force());
  }

  @Test
  void whatIsMissingIsNamed() {
    Path missing = folder.resolve("missing");

    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.open(missing, Access.READ))
        .withMessage(missing.toString());
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.open(missing.resolve("file"), Access.WRITE))
        .withMessage(missing.toString());
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.sync(missing));
  }

  @ParameterizedTest
  @EnumSource(Access.class)
  void whatCantBeReachedIsNotSaidToBeMissing(Access access) throws IOException {
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);

    assertThatExceptionOfType(FileNotFoundException.class)
        .isThrownBy(() -> files.open(loop.resolve("in/file"), access))
        .withMessageContaining("symbolic links");
  }

  @Test
  void aFoldersEntriesAreThoseRightInIt() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    Path deep = Files.createDirectories(folder.resolve("a/b")).getParent();

    assertThat(StoreFiles.entries(folder)).containsExactlyInAnyOrder(file, deep);
    assertThat(StoreFiles.entries(deep.resolve("b"))).isEmpty();
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> StoreFiles.entries(folder.resolve("missing")));
    assertThatExceptionOfType(NotDirectoryException.class)
        .isThrownBy(() -> StoreFiles.entries(file));
  }

  @Test
  void aFolderIsMadeOnce() throws IOException {
    assertThat(files.createFolder(folder.resolve("a"))).isTrue();
    assertThat(files.createFolder(folder.resolve("a"))).isFalse();
    files.createFolders(folder.resolve("a/b/c"));
    files.createFolders(folder.resolve("a/b/c"));

    assertThat(folder.resolve("a/b/c")).isEmptyDirectory();
  }

  @Test
  void aFolderIsNotMadeWhereAFileIs() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");

    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> files.createFolder(file));
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> files.createFolders(file));
  }

  @Test
  void renamingReplaces() throws IOException {
    Path from = Files.writeString(folder.resolve("from"), "new");
    Path to = Files.writeString(folder.resolve("to"), "old");
    files.rename(from, to);

    assertThat(to).hasContent("new");
    assertThat(from).doesNotExist();
  }

  @Test
  void deletingTellsWhetherThereWasAnything() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    Path full = Files.createDirectories(folder.resolve("full/of")).getParent();

    assertThat(files.delete(file)).isTrue();
    assertThat(files.delete(file)).isFalse();
    assertThatExceptionOfType(DirectoryNotEmptyException.class)
        .isThrownBy(() -> files.delete(full));
  }

  @Test
  void largeArraysAreWrittenAndReadWhole() throws IOException {
    byte[] random = new byte[1_000_000];
    new SplittableRandom(2).nextBytes(random);
    byte[] read = new byte[random.length + 3];
    try (StoreFile file = files.open(folder.resolve("file"), Access.WRITE)) {
      file.write(0, random, 3, random.length - 3);

      assertThat(file.read(0, read, 3, random.length)).isEqualTo(random.length - 3);
    }
    assertThat(Arrays.equals(read, 3, random.length, random, 3, random.length)).isTrue();
  }
}
